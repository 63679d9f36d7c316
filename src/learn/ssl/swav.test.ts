import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { toTfjs, type HostTensor, type Tree } from '../../tensor/index.ts';
import { mapTree } from '../../tensor/tree.ts';
import { sampleViewParams, namedAugmentation } from '../augment/index.ts';
import { initializeResNet } from '../nn/initialize.ts';
import { resnet, type ResNet } from '../nn/resnet.ts';
import { sinkhorn } from './sinkhorn.ts';
import { computeCodes, swappedPrediction, swav } from './swav.ts';
import { expectSlope, mean, normal, numberOf, tensor, unit, type Rows } from './rows.test-support.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const arrays = (rows: tf.Tensor2D) => rows.arraySync();
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
const codesOf = (scores: Rows, epsilon: number) => arrays(sinkhorn(tensor(scores), epsilon, tf.ones([scores.length])));

/** The paper's iteration in plain loops; columns first. */
function slowSinkhorn(scores: Rows, epsilon: number): number[][] {
  let shares = scores.map((row) => row.map((score) => Math.exp(score / epsilon)));
  for (let i = 0; i < 3; i++) {
    const columns = shares[0]!.map((_, k) => sum(shares.map((row) => row[k]!)));
    shares = shares.map((row) => row.map((share, k) => share / columns[k]! / row.length));
    shares = shares.map((row) => row.map((share) => share / sum(row) / shares.length));
  }
  return shares.map((row) => row.map((share) => share * shares.length));
}

test.each([0.05, 0.3])('assignments are those of plain loops at epsilon %d', (epsilon) => {
  const scores = normal('scores', 6, 4).map((row) => row.map((value) => value / 4));
  const slow = slowSinkhorn(scores, epsilon);
  codesOf(scores, epsilon).forEach((row, i) => {
    row.forEach((share, k) => {
      expect(share).toBeCloseTo(slow[i]![k]!, 5);
    });
  });
});

test('every row is shared out whole, and columns get nearly the same', () => {
  const codes = codesOf(
    normal('sums', 24, 4).map((row) => row.map((value) => value / 4)),
    0.5,
  );
  for (const row of codes) expect(sum(row)).toBeCloseTo(1, 5);
  for (let k = 0; k < 4; k++) expect(sum(codes.map((row) => row[k]!))).toBeCloseTo(6, 1);
});

test('even where all prefer one prototype, all prototypes get their share', () => {
  const codes = codesOf(
    Array.from({ length: 8 }, (_, i) => [0.9, 0.1 + i / 100]),
    0.05,
  );
  expect(sum(codes.map((row) => row[1]!))).toBeCloseTo(4, 1);
});

test('scores at the ends of their range neither overflow nor vanish', () => {
  for (const share of codesOf(
    [
      [1, -1, 1],
      [-1, 1, -1],
      [1, 1, -1],
    ],
    0.03,
  ).flat())
    expect(share).toBeGreaterThanOrEqual(0);
  for (const row of codesOf(
    [
      [1, -1, 1],
      [-1, 1, -1],
      [1, 1, -1],
    ],
    0.03,
  ))
    expect(sum(row)).toBeCloseTo(1, 4);
});

/** Row 1 is far below the greatest score of the batch: exp((score - 1) / epsilon) is 0 in float32. */
const FAR_APART = [
  [1, 0.2, 0.1],
  [-0.9, -0.7, -0.8],
  [0.1, 0, 0.9],
];

test.each([0.01, 0.004])('small epsilons (%d) agree with plain loops in float64', (epsilon) => {
  const slow = slowSinkhorn(FAR_APART, epsilon);
  codesOf(FAR_APART, epsilon).forEach((row, i) => {
    row.forEach((share, k) => {
      expect(share).toBeCloseTo(slow[i]![k]!, 4);
    });
  });
});

test('an epsilon beyond float64 gives assignments, not NaN', () => {
  for (const row of codesOf(FAR_APART, 1e-5)) expect(sum(row)).toBeCloseTo(1, 4);
});

test('rows that take no part get nothing and change nothing, however small epsilon is', () => {
  const scores = normal('absent', 5, 3).map((row) => row.map((value) => value / 4));
  for (const epsilon of [0.001, 0.5]) {
    const some = arrays(sinkhorn(tensor(scores), epsilon, tf.tensor1d([1, 1, 0, 1, 0])));
    const alone = codesOf([scores[0]!, scores[1]!, scores[3]!], epsilon);
    expect([some[2], some[4]]).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    [some[0]!, some[1]!, some[3]!].forEach((row, i) => {
      row.forEach((share, k) => {
        expect(share).toBeCloseTo(alone[i]![k]!, 4);
      });
    });
  }
});

test('the past counts once it is called, and not before', () => {
  const [now, past] = [normal('now', 4, 3), normal('past', 6, 3)];
  const codes = (queued: number) => arrays(computeCodes(tensor(now), tensor(past), tf.scalar(queued), 0.5));
  codesOf(now, 0.5).forEach((row, i) => {
    row.forEach((share, k) => {
      expect(codes(0)[i]![k]).toBeCloseTo(share, 5);
    });
  });
  codesOf([...now, ...past], 0.5)
    .slice(0, 4)
    .forEach((row, i) => {
      row.forEach((share, k) => {
        expect(codes(1)[i]![k]).toBeCloseTo(share, 5);
      });
    });
});

/** Every crop but i predicts code i. */
function slowPrediction(scores: readonly Rows[], codes: readonly Rows[], temperature: number): number {
  return mean(
    codes.map((code, i) =>
      mean(
        scores
          .filter((_, v) => v !== i)
          .map((crop) =>
            mean(
              crop.map((row, n) => {
                const denominator = sum(row.map((score) => Math.exp(score / temperature)));
                return -sum(
                  row.map((score, k) => code[n]![k]! * Math.log(Math.exp(score / temperature) / denominator)),
                );
              }),
            ),
          ),
      ),
    ),
  );
}

const SCORES = [0, 1, 2, 3].map((crop) => normal(`crop ${crop}`, 3, 5));
const CODES = [0, 1].map((i) => slowSinkhorn(SCORES[i]!, 0.5));

test('the loss is that of plain loops, its gradient their slope', () => {
  expect(numberOf(swappedPrediction(SCORES.map(tensor), CODES.map(tensor), 0.5))).toBeCloseTo(
    slowPrediction(SCORES, CODES, 0.5),
    5,
  );
  const others = SCORES.slice(1);
  expectSlope(
    (rows) => swappedPrediction([rows, ...others.map(tensor)], CODES.map(tensor), 0.5),
    (rows) => slowPrediction([rows, ...others], CODES, 0.5),
    SCORES[0]!,
  );
});

test('predictions that know nothing cost ln(prototypes)', () => {
  const nothing = Array.from({ length: 4 }, () => tf.zeros<tf.Rank.R2>([3, 5]));
  expect(numberOf(swappedPrediction(nothing, CODES.map(tensor), 0.1))).toBeCloseTo(Math.log(5), 5);
});

const NETWORK: ResNet = { ...resnet('resnet-small'), blocks: [1], widths: [4] };
const METHOD = swav({
  network: NETWORK,
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0.1 },
  augmentation: namedAugmentation('fundus', { size: 16 }),
  batchSize: 4,
  learningRate: 0.5,
  seed: 1,
  prototypes: 5,
  temperature: 0.1,
  epsilon: 0.05,
  hidden: 8,
  smallCrops: 2,
  queue: 6,
  queueFrom: 2,
  freeze: 1,
});

test('whole views keep at least a seventh of the image, small crops at most, at three sevenths of the size', () => {
  expect(METHOD.views.map(({ size, crop }) => [size, crop])).toEqual([
    [16, [0.14, 1]],
    [16, [0.14, 1]],
    [6, [0.05, 0.14]],
    [6, [0.05, 0.14]],
  ]);
});

test('prototypes stand still in their first epochs, and the queue waits for its epoch', () => {
  const at = (step: number) => METHOD.schedule({ step, stepsPerEpoch: 10, steps: 40 });
  expect([0, 9, 10].map((step) => at(step).moving)).toEqual([0, 0, 1]);
  expect([0, 19, 20].map((step) => at(step).queued)).toEqual([0, 0, 1]);
});

test('a step leaves frozen prototypes at their directions, and moves free ones', () => {
  const state = METHOD.initial(initializeResNet(NETWORK, ['swav', 1]));
  const tensors = (tree: unknown) => mapTree(tree as Tree<HostTensor>, toTfjs) as never;
  const directionsAfter = (moving: number) => {
    const draw = { seed: 1, epoch: 1, indices: [0, 1, 2, 3], sourceSize: 16 };
    const views = tensors(
      Object.fromEntries(METHOD.views.map((one, view) => [view, sampleViewParams(one, { ...draw, view })])),
    );
    const images = tf.tensor(
      normal('images', 4, 16 * 16 * 3)
        .flat()
        .map((value) => Math.abs(Math.round(40 * value))),
      [4, 16, 16, 3],
      'int32',
    );
    const { state: next } = METHOD.step({
      state: tensors(state),
      inputs: {
        images,
        views,
        learningRate: tf.scalar(0.5),
        scheduled: { moving: tf.scalar(moving), queued: tf.scalar(0) },
      },
    });
    return unit((next.params['prototypes.weight'] as tf.Tensor2D).arraySync());
  };
  const before = Array.from({ length: 5 }, (_, i) => [
    ...state.params['prototypes.weight']!.data.subarray(128 * i, 128 * (i + 1)),
  ]);
  const difference = (after: number[][]) =>
    Math.max(...after.flatMap((row, i) => row.map((value, k) => Math.abs(value - before[i]![k]!))));
  expect(difference(directionsAfter(0))).toBeLessThan(1e-6);
  expect(difference(directionsAfter(1))).toBeGreaterThan(1e-3);
});
