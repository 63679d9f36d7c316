/** Distillation and mutual learning: learning of a network from another. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { valueAndGrads } from '../../tensor/index.ts';
import { expectSlope, mean, normal, numberOf, tensor, type Rows } from '../ssl/rows.test-support.ts';
import { softenedKlDivergence } from './distill.ts';
import { klDivergence } from './mutual.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const [TEACHER, STUDENT] = [normal('teacher', 5, 4), normal('student', 5, 4)];

const softmax = (row: readonly number[], temperature: number): number[] => {
  const powers = row.map((logit) => Math.exp(logit / temperature));
  return powers.map((power) => power / powers.reduce((a, b) => a + b, 0));
};
const slow = (teacher: Rows, student: Rows, temperature: number): number =>
  temperature ** 2 *
  mean(
    teacher.map((row, i) => {
      const [p, q] = [softmax(row, temperature), softmax(student[i]!, temperature)];
      return p.reduce((sum, share, k) => sum + share * Math.log(share / q[k]!), 0);
    }),
  );

test.each([1, 4, 20])(
  'the divergence from a teacher is that of plain loops at temperature %d, and its gradient their slope',
  (temperature) => {
    expect(numberOf(softenedKlDivergence(tensor(TEACHER), tensor(STUDENT), temperature))).toBeCloseTo(
      slow(TEACHER, STUDENT, temperature),
      4,
    );
    expectSlope(
      (rows) => softenedKlDivergence(tensor(TEACHER), rows, temperature),
      (rows) => slow(TEACHER, rows, temperature),
      STUDENT,
    );
  },
);

test('who agrees with the teacher but for a constant has nothing to learn', () => {
  expect(
    numberOf(softenedKlDivergence(tensor(TEACHER), tensor(TEACHER.map((row) => row.map((logit) => logit + 3))), 4)),
  ).toBeCloseTo(0, 5);
});

test(
  'thanks to T^2 the gradient does not fade: at high temperatures it is that of half the squared distance of ' +
    'centered logits',
  () => {
    // Section 2.1 of the paper: 1 / classes of the difference of zero-meaned logits, here averaged over rows.
    const centered = (rows: Rows) => rows.map((row) => row.map((logit) => logit - mean(row)));
    const gradient = tf
      .grad((rows) => softenedKlDivergence(tensor(centered(TEACHER)), rows as tf.Tensor2D, 1000))(
        tensor(centered(STUDENT)),
      )
      .arraySync() as number[][];
    centered(STUDENT).forEach((row, i) => {
      row.forEach((logit, k) => {
        expect(gradient[i]![k]).toBeCloseTo((logit - centered(TEACHER)[i]![k]!) / 4 / 5, 3);
      });
    });
  },
);

test('peers diverge from each other in either direction, and no gradient crosses over', () => {
  expect(numberOf(klDivergence(tensor(TEACHER), tensor(STUDENT)))).toBeCloseTo(slow(TEACHER, STUDENT, 1), 5);
  expectSlope(
    (rows) => klDivergence(tensor(TEACHER), rows),
    (rows) => slow(TEACHER, rows, 1),
    STUDENT,
  );
  // With the other's part constant, the sum of both directions has the slope of one.
  const both = tf
    .grad((rows) =>
      tf.add(klDivergence(tensor(TEACHER), rows as tf.Tensor2D), klDivergence(rows as tf.Tensor2D, tensor(TEACHER))),
    )(tensor(STUDENT))
    .dataSync();
  const one = tf
    .grad((rows) => klDivergence(tensor(TEACHER), rows as tf.Tensor2D))(tensor(STUDENT))
    .dataSync();
  one.forEach((slope, i) => {
    expect(both[i]).toBeCloseTo(slope, 6);
  });
});

interface Golden {
  readonly temperature: number;
  readonly teacher: number[][];
  readonly student: number[][];
  readonly value: number;
  readonly gradient: number[][];
}

test.each(JSON.parse(readFileSync(new URL('golden/divergence.json', import.meta.url), 'utf8')) as Golden[])(
  'at temperature $temperature value and gradient are those of PyTorch',
  ({ temperature, teacher, student, value, gradient }) => {
    const ours = valueAndGrads(
      ({ rows }) => ({ value: softenedKlDivergence(tensor(teacher), rows, temperature), aux: {} }),
      {
        rows: tensor(student),
      },
    );
    expect(numberOf(ours.value)).toBeCloseTo(value, 4);
    const found = ours.gradients.rows.dataSync();
    gradient.flat().forEach((slope, i) => {
      expect(found[i]).toBeCloseTo(slope, 4);
    });
    if (temperature === 1) expect(numberOf(klDivergence(tensor(teacher), tensor(student)))).toBeCloseTo(value, 5);
  },
);
