import { expect, test } from 'vitest';
import { scheduledLearningRate } from './schedule.ts';

test('the rate rises in equal steps, starts to fall at its base, and ends at zero', () => {
  const rate = (step: number) => scheduledLearningRate(0.8, { name: 'cosine', steps: 104, warmupSteps: 4 }, step);
  [0.2, 0.4, 0.6, 0.8, 0.8].forEach((expected, step) => {
    expect(rate(step)).toBeCloseTo(expected, 12);
  });
  expect(rate(54)).toBeCloseTo(0.4, 12); // half of the way down
  expect(rate(104)).toBeCloseTo(0, 12);
});

test('without warm-up it is a cosine from the first step', () => {
  expect(scheduledLearningRate(1, { name: 'cosine', steps: 4, warmupSteps: 0 }, 1)).toBeCloseTo(
    (1 + Math.SQRT1_2) / 2,
    12,
  );
});

test('a warm-up as long as the training reaches the base', () => {
  expect(scheduledLearningRate(1, { name: 'cosine', steps: 5, warmupSteps: 5 }, 4)).toBe(1);
});

test('in steps, the rate is a tenth from the middle on and a hundredth from three quarters on', () => {
  const rate = (step: number) => scheduledLearningRate(1, { name: 'steps', steps: 40, warmupSteps: 2 }, step);
  expect([0, 1, 19, 20, 29, 30, 39].map(rate)).toEqual([0.5, 1, 1, 0.1, 0.1, 0.01, 0.01]);
});
