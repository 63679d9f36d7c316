/** The views depend on seed, epoch, image and view number alone. */
import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { uint8, type HostTensor } from '../../tensor/host-tensor.ts';
import { openTestEngine, testedEngines, type TestedEngine } from '../../tensor/test-engines.test-support.ts';
import { random } from '../../util/random.ts';
import {
  augment,
  sampleViewParams,
  namedAugmentation,
  viewParamSpecs,
  AUGMENTATIONS,
  type AugmentationName,
  type ViewParams,
} from './index.ts';

const [COUNT, FROM, SIZE] = [6, 20, 16];
const IMAGE = FROM * FROM * 3;
const source = random('same pictures');
const pixels = Uint8Array.from({ length: COUNT * IMAGE }, () => source.integer(256));
type ComparedEngine = TestedEngine | 'eager';
const engines = ['eager' as const, ...testedEngines('xla', 'tensorflow', 'onnxruntime')];

/**
 * TensorFlow and XLA choose their matrix product by the size of the batch, which moves the last bit; the others are
 * exact.
 */
const LAST_BITS: Readonly<Record<ComparedEngine, number>> = {
  eager: 0,
  onnxruntime: 0,
  tensorflow: 2 ** -22,
  xla: 2 ** -22,
};

describe.each(AUGMENTATIONS)('%s', (name) => {
  const alone = picturesOf('eager', name, 1);

  test.each(engines)('shows the same in every batch size on %s', async (engine) => {
    const whole = await picturesOf(engine, name, COUNT);
    for (const batch of [1, 4])
      expect(farthest(await picturesOf(engine, name, batch), whole)).toBeLessThanOrEqual(LAST_BITS[engine]);
  });

  // Engines sum in different orders: a hundredth of the step between two bytes.
  test.each(engines)('shows on %s what the oracle shows', async (engine) => {
    expect(farthest(await picturesOf(engine, name, COUNT), await alone)).toBeLessThan(0.01 / 255);
  });

  test('shows a resumed run, which starts in the middle, what an uninterrupted one sees', async () => {
    const [first, second] = [
      await picturesOf('onnxruntime', name, 2, [0, 1, 2, 3]),
      await picturesOf('onnxruntime', name, 2, [4, 5]),
    ];
    expect(farthest(Float32Array.of(...first, ...second), await picturesOf('onnxruntime', name, 2))).toBe(0);
  });
});

/**
 * The views of the images `indices` in that order, a step of `batch` images at a time. A shorter last batch is filled
 * with image 0.
 */
async function picturesOf(
  engineName: ComparedEngine,
  name: AugmentationName,
  batch: number,
  indices: readonly number[] = [0, 1, 2, 3, 4, 5],
): Promise<Float32Array> {
  const spec = namedAugmentation(name, { size: SIZE });
  const engine = await openTestEngine(engineName);
  const step = await engine.compile(
    ({ inputs: { images, view } }: { inputs: { images: tf.Tensor; view: ViewParams<tf.Tensor> } }) => ({
      state: {},
      outputs: { seen: augment(images as tf.Tensor4D, view) },
    }),
    { state: {}, inputs: { images: uint8([batch, FROM, FROM, 3]), view: viewParamSpecs(spec, batch, FROM) } },
  );
  const pictures: number[] = [];
  for (let start = 0; start < indices.length; start += batch) {
    const asked = indices.slice(start, start + batch);
    const filled = [...asked, ...Array<number>(batch - asked.length).fill(0)];
    const images: HostTensor<'uint8'> = {
      dtype: 'uint8',
      shape: [batch, FROM, FROM, 3],
      data: Uint8Array.from(filled.flatMap((index) => [...pixels.subarray(index * IMAGE, (index + 1) * IMAGE)])),
    };
    const { seen } = await step.run({
      images,
      view: sampleViewParams(spec, { seed: 3, epoch: 2, indices: filled, view: 1, sourceSize: FROM }),
    });
    pictures.push(...(seen.data as Float32Array).subarray(0, asked.length * SIZE * SIZE * 3));
  }
  await engine.dispose();
  return Float32Array.from(pictures);
}

function farthest(a: Float32Array, b: Float32Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}
