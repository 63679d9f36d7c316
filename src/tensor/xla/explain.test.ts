import { expect, test } from 'vitest';
import { GpuError, MemoryError } from '../errors.ts';
import { Graph } from '../graph/graph.ts';
import { explainDeviceError, findShortage } from './explain.ts';
import { ERROR_CODES } from './pjrt/api.ts';
import { PjrtError } from './pjrt/plugin.ts';

const GIB = 2 ** 30;

/** A step on 256 images whose state takes 1 GiB, and whose temporary values grow with the batch. */
function circumstances({ temporary = 80, used = 1 } = {}) {
  const value = new Graph().one('Input', [], { path: 'images', dtype: 'float32', shape: [256, 224, 224, 3] });
  return {
    device: 'NVIDIA H200',
    inputs: [{ path: 'images', value }],
    program: { code: 0, inputs: 2 * GIB, outputs: GIB, reused: GIB, temporary: temporary * GIB },
    memory: { used: used * GIB, peak: undefined, limit: 61 * GIB },
  };
}

test('too little memory is told with amounts, the inputs and the batch that fits', () => {
  const error = new PjrtError(
    'Out of memory while trying to allocate 85899345920 bytes.',
    ERROR_CODES.resourceExhausted,
  );
  const explained = explainDeviceError(error, () => circumstances());
  expect(explained).toBeInstanceOf(MemoryError);
  expect((explained as Error).message).toBe(
    'There is not enough memory for 80.0 GiB in a step whose inputs are "images" float32 [256, 224, 224, 3]. ' +
      'Use a smaller batch, smaller images or a smaller network. The step takes 82.0 GiB. ' +
      'The device NVIDIA H200 has 61.0 GiB, and 61.0 GiB for this step. A batch of about 189 instead of 256 fits.',
  );
});

test('memory that others use counts, down to where no batch fits', () => {
  const message = (used: number): string =>
    String(
      explainDeviceError(new PjrtError('Out of memory', ERROR_CODES.resourceExhausted), () => circumstances({ used })),
    );
  expect(message(41)).toContain('and 21.0 GiB for this step. A batch of about 63 instead of 256 fits.');
  expect(message(61)).toContain('No batch fits.');
});

test('a program that the device can never hold is known before it runs', () => {
  expect(findShortage(circumstances())?.message).toMatch(/^There is not enough memory for 82\.0 GiB in a step/);
  expect(findShortage(circumstances({ temporary: 10 }))).toBeUndefined();
});

test.each([
  'INTERNAL: Failed to launch CUDA kernel: CUDA_ERROR_ILLEGAL_ADDRESS: an illegal memory access was encountered',
  'CUDA_ERROR_ECC_UNCORRECTABLE: uncorrectable ECC error encountered',
  'GPU is lost. Reboot the system to recover this GPU',
])('a device that failed is named, and what becomes of the training: %s', (message) => {
  const explained = explainDeviceError(new PjrtError(message, 13), () => circumstances());
  expect(explained).toBeInstanceOf(GpuError);
  expect((explained as Error).message).toMatch(/^The device NVIDIA H200 failed while a step ran \(.+\)\..* checkpoint/);
});

test('other errors stay as they are', () => {
  const errors = [new Error('anything'), new PjrtError('INVALID_ARGUMENT: a bug of ours', 3)];
  for (const error of errors) expect(explainDeviceError(error, () => circumstances())).toBe(error);
});
