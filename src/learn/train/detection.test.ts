/** The loss of detection against plain loops, targets against their objects, and a whole step on every engine. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, test } from 'vitest';
import { float32, uint8, type HostTensor } from '../../tensor/host-tensor.ts';
import { openTestEngine, testedEngines, type TestedEngine } from '../../tensor/test-engines.test-support.ts';
import { random } from '../../util/random.ts';
import { namedAugmentation, sampleViewParams, viewParamSpecs } from '../augment/index.ts';
import { initializeDetector, initializeResNet } from '../nn/initialize.ts';
import { resnet } from '../nn/resnet.ts';
import { compileStep } from './compile-step.ts';
import { detectionLoss, detectionStep } from './detection.ts';
import { lossOfMaps, totalLoss } from './detection-loss.ts';
import { foundObjects, targetMaps } from './detection-targets.ts';

const SIZE = 24;
const CELLS = 12;
const OBJECTS = [
  { class: 0, box: { left: 2, top: 3, width: 7, height: 6 } },
  { class: 0, box: { left: 14, top: 13, width: 4, height: 8 } },
  { class: 1, box: { left: 5.5, top: 18.2, width: 0, height: 0 } },
];

describe('targets and loss', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  test('maps that are as the targets ask for are decoded to the objects', () => {
    const { centers, places } = targetMaps([OBJECTS], SIZE, 2);
    const maps = Float32Array.from({ length: CELLS * CELLS * 6 }, (_, i) => {
      const [cell, channel] = [Math.floor(i / 6), i % 6];
      if (channel >= 2) return places[4 * cell + channel - 2]!;
      const probability = Math.min(0.999, Math.max(1e-4, centers[2 * cell + channel]!));
      return Math.log(probability / (1 - probability));
    });
    const found = foundObjects(maps, SIZE, [false, true]).filter(({ score }) => score > 0.9);
    expect(found).toHaveLength(3);
    for (const { class: of, box } of OBJECTS) {
      const same = found.find((each) => each.class === of && Math.abs(each.box.left - box.left) < 1e-3);
      for (const side of ['left', 'top', 'width', 'height'] as const) expect(same!.box[side]).toBeCloseTo(box[side], 4);
    }
  });

  test('around a center the target falls off, and a second object does not lower it', () => {
    const [one, both] = [targetMaps([OBJECTS.slice(0, 1)], SIZE, 2), targetMaps([OBJECTS], SIZE, 2)];
    const center = 2 * (3 * CELLS + 2); // (5.5, 6) px lie in the third column and the fourth row of cells
    expect(one.centers[center]).toBe(1);
    expect(one.centers[center + 2]).toBeCloseTo(Math.exp(-2), 6);
    expect(both.centers.every((value, i) => value >= one.centers[i]!)).toBe(true);
    expect(one.weights.filter((weight) => weight === 1)).toHaveLength(2);
    expect(both.weights.filter((weight) => weight === 1)).toHaveLength(5);
  });

  test('the loss of the graph is that of the host, and balanced classes count by their weights', () => {
    const source = random('maps');
    const maps = Float32Array.from({ length: 2 * CELLS * CELLS * 6 }, () => 2 * source.normal());
    const images = [OBJECTS, OBJECTS.slice(1)];
    const tensors = (targets: ReturnType<typeof targetMaps>, count: number) => ({
      centers: tf.tensor4d(targets.centers, [count, CELLS, CELLS, 2]),
      places: tf.tensor4d(targets.places, [count, CELLS, CELLS, 4]),
      weights: tf.tensor4d(targets.weights, [count, CELLS, CELLS, 2]),
    });
    const { loss, centers, offsets, sizes } = detectionLoss(
      tf.tensor4d(maps, [2, CELLS, CELLS, 6]),
      tensors(targetMaps(images, SIZE, 2), 2),
      [1, 1],
    );
    const half = maps.length / 2;
    const host = images.map((image, i) =>
      lossOfMaps(maps.subarray(i * half, (i + 1) * half), targetMaps([image], SIZE, 2), 2),
    );
    expect(loss.dataSync()[0]).toBeCloseTo(totalLoss(host), 4);
    expect(loss.dataSync()[0]).toBeCloseTo(centers.dataSync()[0]! + offsets.dataSync()[0]! + sizes.dataSync()[0]!, 5);
    const weighted = detectionLoss(
      tf.tensor4d(maps, [2, CELLS, CELLS, 6]),
      tensors(targetMaps(images, SIZE, 2), 2),
      [2, 2],
    );
    expect(weighted.centers.dataSync()[0]).toBeCloseTo(centers.dataSync()[0]!, 4);
  });
});

const BATCH = 4;
const NETWORK = resnet('resnet-small');
const AUGMENTATION = namedAugmentation('fundus', { size: SIZE });

type Leaves = Readonly<Record<string, HostTensor<'float32'>>>;

/** Without decay and from rest, the velocity after one step is the gradient. */
async function stepOn(name: TestedEngine | 'eager') {
  const engine = await openTestEngine(name);
  const source = random('detection step');
  const [encoder, heads] = [initializeResNet(NETWORK, ['step']), initializeDetector(NETWORK, 2, ['step'])];
  const shape = (channels: number) => [BATCH, CELLS, CELLS, channels];
  const step = await compileStep<object>(
    engine,
    { name: 'detection', precision: 'float32' },
    detectionStep({
      network: NETWORK,
      optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
      classWeights: [0.5, 2],
    }),
    { params: { ...encoder.params, ...heads.params }, stats: { ...encoder.stats, ...heads.stats } },
    {
      images: uint8([BATCH, SIZE, SIZE, 3]),
      view: viewParamSpecs(AUGMENTATION, BATCH, SIZE),
      centers: float32(shape(2)),
      places: float32(shape(4)),
      weights: float32(shape(2)),
      learningRate: float32([]),
    },
  );
  const maps = targetMaps([OBJECTS, [], OBJECTS.slice(1), OBJECTS.slice(2)], SIZE, 2);
  const tensor = (data: Float32Array, channels: number) => ({ dtype: 'float32', shape: shape(channels), data });
  const outputs = await step.run({
    images: {
      dtype: 'uint8',
      shape: [BATCH, SIZE, SIZE, 3],
      data: Uint8Array.from({ length: BATCH * SIZE * SIZE * 3 }, () => source.integer(256)),
    },
    view: sampleViewParams(AUGMENTATION, { seed: 1, epoch: 1, indices: [0, 1, 2, 3], view: 0, sourceSize: SIZE }),
    centers: tensor(maps.centers, 2),
    places: tensor(maps.places, 4),
    weights: tensor(maps.weights, 2),
    learningRate: { dtype: 'float32', shape: [], data: Float32Array.of(0.1) },
  });
  const state = (await step.readState()) as unknown as {
    params: Leaves;
    stats: Leaves;
    optimizerState: { velocity: Leaves };
  };
  await engine.dispose();
  return {
    outputs: Object.fromEntries(Object.entries(outputs).map(([output, { data }]) => [output, data[0]!])),
    tensors: Object.entries({ params: state.params, stats: state.stats, gradients: state.optimizerState.velocity }),
  };
}

/** Takes seconds, so once for all engines. */
let oracle: ReturnType<typeof stepOn> | undefined;
const eager = (): ReturnType<typeof stepOn> => (oracle ??= stepOn('eager'));

test.each(testedEngines('onnxruntime', 'tensorflow', 'xla'))(
  'a whole step on %s has the loss, gradients and statistics of the same operations one after the other',
  async (name) => {
    const [expected, found] = [await eager(), await stepOn(name)];
    for (const [output, value] of Object.entries(expected.outputs)) expect(found.outputs[output]).toBeCloseTo(value, 4);
    expected.tensors.forEach(([part, wanted], i) => {
      for (const [tensor, { data }] of Object.entries(wanted)) {
        const length = Math.hypot(...data);
        const apart = Math.hypot(...data.map((value, at) => value - found.tensors[i]![1][tensor]!.data[at]!));
        expect(apart, `${part} ${tensor}`).toBeLessThan(1e-6 + 1e-3 * length);
      }
    });
  },
  120_000,
);
