import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../tensor/safetensors.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { resnet } from './resnet.ts';
import { spreadGray } from './spread-gray.ts';
import { readBackbone, stateDictShapes } from './weights.ts';

const network = resnet('resnet-small');
const counted = (shape: readonly number[]): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 8),
});
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gray-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A file whose first layer has `channels` channels, under the names of a MoCo checkpoint. */
async function file(channels: number): Promise<string> {
  const path = join(folder, `${channels}.safetensors`);
  const tensors = [...stateDictShapes(network)].map(
    ([name, shape]) => [`encoder_q.${name}`, counted(name === 'conv1.weight' ? [16, channels, 3, 3] : shape)] as const,
  );
  await writeSafetensors(path, { ...Object.fromEntries(tensors), 'encoder_q.fc.weight': counted([2, 64]) });
  return path;
}

test('the three channels add up to the gray one, and the file is a start', async () => {
  const [gray, rgb] = [await file(1), join(folder, 'rgb.safetensors')];
  await spreadGray(await readFile(gray), 'gray.pth', network, rgb);
  const before = (await readSafetensors(gray)).tensors['encoder_q.conv1.weight'];
  const after = (await readSafetensors(rgb)).tensors['conv1.weight'];
  expect(after?.shape).toEqual([16, 3, 3, 3]);
  for (let output = 0; output < 16; output++)
    for (let place = 0; place < 9; place++) {
      const channels = [0, 1, 2].map((channel) => after?.data[(output * 3 + channel) * 9 + place] ?? NaN);
      expect(new Set(channels).size).toBe(1);
      expect(channels.reduce((a, b) => a + b)).toBeCloseTo(before?.data[output * 9 + place] ?? NaN, 5);
    }
  const { match } = await readBackbone(rgb, network);
  expect(match).toMatchObject({ missing: [], leftOver: [], prefix: '' });
});

test('a file with three channels is refused: it is a start as it is', async () => {
  const bytes = await readFile(await file(3));
  await expect(spreadGray(bytes, 'ours.pth', network, join(folder, 'x'))).rejects.toThrow(
    'ours.pth has no first layer for gray images: conv1.weight is [16, 3, 3, 3], [output, 1, height, width] is expected.',
  );
});
