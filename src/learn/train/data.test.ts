import { expect, test } from 'vitest';
import { withLabelFraction, type TrainingData } from './data.ts';

const data = {
  split: { train: [0, 2, 4, 6], labelFractions: [0.1, 1, 0.01, 0.1], validation: [1], test: [3] },
} as unknown as TrainingData; // images are not looked at

test('a share of the labels keeps the training images that it has, and the other subsets whole', () => {
  expect(withLabelFraction(data, 0.1).split).toEqual({
    train: [0, 4, 6],
    labelFractions: [0.1, 0.01, 0.1],
    validation: [1],
    test: [3],
  });
  expect(withLabelFraction(data, 0.01).split.train).toEqual([4]);
  expect(withLabelFraction(data, 1).split).toEqual(data.split);
});

test('a share that the split does not have is refused, with those it has', () => {
  expect(() => withLabelFraction(data, 0.05)).toThrow(
    'labelFraction is 0.05, but the split has the label fractions 0.01, 0.1, 1. Name 0.05 in the "labelFractions" ' +
      'of the split.',
  );
});
