import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { toTfjs } from '../../tensor/index.ts';
import { initializeMlp, mlp, type Mlp } from './mlp.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const ROWS = [
  [1, 2, -1],
  [0.5, -3, 2],
  [2, 0, 0.25],
  [-1, 1, 4],
];

function outputs(stack: Mlp): {
  rows: number[][];
  params: Record<string, { shape: readonly number[]; data: ArrayLike<number> }>;
} {
  const params = initializeMlp(stack, ['test', 7]);
  const tensors = Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, toTfjs(tensor)]));
  return { rows: mlp(stack, tensors, tf.tensor2d(ROWS)).arraySync(), params };
}

/** In plain loops; `norms` of [hidden, output]. */
function slow(params: ReturnType<typeof outputs>['params'], norms: readonly boolean[]): number[][] {
  let x = ROWS;
  norms.forEach((normalized, layer) => {
    const {
      shape: [output, input],
      data: weight,
    } = params[`head.${layer}.weight`]!;
    x = x.map((row) =>
      Array.from({ length: output! }, (_, o) =>
        row.reduce(
          (sum, value, i) => sum + value * weight[o * input! + i]!,
          params[`head.${layer}.bias`]?.data[o] ?? 0,
        ),
      ),
    );
    if (normalized) {
      const columns = Array.from({ length: output! }, (_, o) => x.map((row) => row[o]!));
      const means = columns.map((column) => column.reduce((a, b) => a + b) / x.length);
      const variances = columns.map(
        (column, o) => column.reduce((sum, value) => sum + (value - means[o]!) ** 2, 0) / x.length,
      );
      x = x.map((row) => row.map((value, o) => (value - means[o]!) / Math.sqrt(variances[o]! + 1e-5)));
    }
    if (layer < norms.length - 1) x = x.map((row) => row.map((value) => Math.max(0, value)));
  });
  return x;
}

test.each([
  ['SimCLR', { hidden: 'none', output: 'none' }, ['head.0.bias', 'head.0.weight', 'head.1.bias', 'head.1.weight']],
  [
    'BYOL',
    { hidden: 'affine', output: 'none' },
    ['head.0.norm.bias', 'head.0.norm.weight', 'head.0.weight', 'head.1.bias', 'head.1.weight'],
  ],
  [
    'SimSiam',
    { hidden: 'affine', output: 'plain' },
    ['head.0.norm.bias', 'head.0.norm.weight', 'head.0.weight', 'head.1.weight'],
  ],
] as const)('the head of %s is what plain loops make of its tensors', (_, norms, names) => {
  const { rows, params } = outputs({ name: 'head', widths: [3, 5, 2], ...norms });
  expect(Object.keys(params).sort()).toEqual(names);
  slow(params, [norms.hidden === 'affine', norms.output === 'plain']).forEach((row, i) => {
    row.forEach((value, j) => {
      expect(rows[i]![j]).toBeCloseTo(value, 4);
    });
  });
});
