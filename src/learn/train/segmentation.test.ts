/** The loss of segmentation against plain loops, and its whole step on every engine. */
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { float32, uint8, type HostTensor } from '../../tensor/host-tensor.ts';
import { openTestEngine, testedEngines, type TestedEngine } from '../../tensor/test-engines.test-support.ts';
import { random } from '../../util/random.ts';
import { namedAugmentation, sampleViewParams, viewParamSpecs } from '../augment/index.ts';
import { initializeResNet, initializeUnetDecoder } from '../nn/initialize.ts';
import { resnet } from '../nn/resnet.ts';
import { compileStep } from './compile-step.ts';
import { segmentationLoss, segmentationStep } from './segmentation.ts';

describe('the loss', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  const lossOf = (logits: number[][], masks: number[], weights: number[]): { loss: number; dice: number } =>
    tf.tidy(() => {
      const { loss, dice } = segmentationLoss(
        tf.tensor4d(logits.flat(), [1, masks.length, 1, weights.length]),
        tf.tensor3d(masks, [1, masks.length, 1], 'int32'),
        weights,
      );
      return { loss: loss.dataSync()[0]!, dice: dice.dataSync()[0]! };
    });

  test('is the weighted cross entropy of the pixels and one minus the mean soft Dice of the objects', () => {
    const logits = [
      [2, -1, 0.5],
      [0.1, 0.2, -3],
      [-1, 4, 1],
      [0, 0, 0],
    ];
    const masks = [0, 2, 1, 1];
    const weights = [0.5, 2, 3];
    const shares = logits.map((row) => {
      const powers = row.map(Math.exp);
      return powers.map((power) => power / powers.reduce((a, b) => a + b));
    });
    const total = masks.reduce((sum, label) => sum + weights[label]!, 0);
    const entropy = masks.reduce((sum, label, i) => sum - (weights[label]! / total) * Math.log(shares[i]![label]!), 0);
    const dices = [1, 2].map((label) => {
      const found = shares.map((row) => row[label]!);
      const wanted = masks.map((of) => Number(of === label));
      const sum = (values: number[]): number => values.reduce((a, b) => a + b);
      return (2 * sum(found.map((share, i) => share * wanted[i]!))) / (sum(found) + sum(wanted));
    });
    const { loss, dice } = lossOf(logits, masks, weights);
    expect(dice).toBeCloseTo((dices[0]! + dices[1]!) / 2, 4);
    expect(loss).toBeCloseTo(entropy + 1 - (dices[0]! + dices[1]!) / 2, 4);
  });

  test('vanishes for a certain and right prediction, and for a background that nobody takes for an object', () => {
    const sure = [
      [50, 0],
      [0, 50],
    ];
    expect(lossOf(sure, [0, 1], [1, 1]).loss).toBeCloseTo(0, 4);
    const background = [
      [50, 0],
      [50, 0],
    ];
    expect(lossOf(background, [0, 0], [1, 1]).loss).toBeCloseTo(0, 4);
  });
});

const [SIDE, BATCH, CLASSES] = [12, 4, 3];
const NETWORK = resnet('resnet-small');
const AUGMENTATION = namedAugmentation('fundus', { size: SIDE });

type Leaves = Readonly<Record<string, HostTensor<'float32'>>>;

/** Without decay and from rest, the velocity after one step is the gradient. */
async function stepOn(name: TestedEngine | 'eager') {
  const engine = await openTestEngine(name);
  const source = random('segmentation step');
  const bytes = (shape: readonly number[], below: number): HostTensor<'uint8'> => ({
    dtype: 'uint8',
    shape,
    data: Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, () => source.integer(below)),
  });
  const [encoder, decoder] = [initializeResNet(NETWORK, ['step']), initializeUnetDecoder(NETWORK, CLASSES, ['step'])];
  const step = await compileStep<object>(
    engine,
    { name: 'segmentation', precision: 'float32' },
    segmentationStep({
      network: NETWORK,
      optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
      classWeights: [0.5, 1, 2],
    }),
    {
      params: { ...encoder.params, ...decoder.params },
      stats: { ...encoder.stats, ...decoder.stats },
    },
    {
      images: uint8([BATCH, SIDE, SIDE, 3]),
      masks: uint8([BATCH, SIDE, SIDE]),
      view: viewParamSpecs(AUGMENTATION, BATCH, SIDE),
      learningRate: float32([]),
    },
  );
  const outputs = await step.run({
    images: bytes([BATCH, SIDE, SIDE, 3], 256),
    masks: bytes([BATCH, SIDE, SIDE], CLASSES),
    view: sampleViewParams(AUGMENTATION, { seed: 1, epoch: 1, indices: [0, 1, 2, 3], view: 0, sourceSize: SIDE }),
    learningRate: { dtype: 'float32', shape: [], data: Float32Array.of(0.1) },
  });
  const state = (await step.readState()) as unknown as {
    params: Leaves;
    stats: Leaves;
    optimizerState: { velocity: Leaves };
  };
  await engine.dispose();
  return {
    loss: outputs.loss!.data[0]!,
    dice: outputs.dice!.data[0]!,
    tensors: Object.entries({ params: state.params, stats: state.stats, gradients: state.optimizerState.velocity }),
  };
}

/** Takes ten seconds, so once for all engines. */
let oracle: ReturnType<typeof stepOn> | undefined;
const eager = (): ReturnType<typeof stepOn> => (oracle ??= stepOn('eager'));

test.each(testedEngines('onnxruntime', 'tensorflow', 'xla'))(
  'a whole step on %s has the loss, gradients and statistics of the same operations one after the other',
  async (name) => {
    const [expected, found] = [await eager(), await stepOn(name)];
    expect(found.loss).toBeCloseTo(expected.loss, 4);
    expect(found.dice).toBeCloseTo(expected.dice, 5);
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
