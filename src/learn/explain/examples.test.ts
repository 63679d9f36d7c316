import { expect, test } from 'vitest';
import { predictionsOf, type PredictedImage } from '../eval/predictions.ts';
import { chooseExamples } from './examples.ts';

const image = (index: number, label: number, subset: PredictedImage['subset'] = 'test'): PredictedImage => ({
  index,
  image: `${index}.png`,
  group: '',
  subset,
  label,
});
const choose = (images: PredictedImage[], firstClass: number[]) =>
  chooseExamples(predictionsOf(['a', 'b'], images, Float64Array.from(firstClass.flatMap((p) => [p, 1 - p]))));

test('mistakes and right answers come most confident first, of equals the first', () => {
  const { mistakes, correct } = choose(
    [image(0, 1), image(1, 0), image(2, 1), image(3, 1), image(4, 0)],
    [0.6, 0.7, 0.9, 0.9, 0.8],
  );
  expect(mistakes.map(({ index, label, predicted, confidence }) => [index, label, predicted, confidence])).toEqual([
    [2, 1, 0, 0.9],
    [3, 1, 0, 0.9],
    [0, 1, 0, 0.6],
  ]);
  expect(correct.map(({ index }) => index)).toEqual([4, 1]);
});

test('only test images are shown', () => {
  const { mistakes, correct } = choose([image(0, 1, 'train'), image(1, 0, 'validation'), image(2, 0)], [0.9, 0.9, 0.9]);
  expect(mistakes).toEqual([]);
  expect(correct.map(({ index }) => index)).toEqual([2]);
});

test('at most 12 mistakes and 4 right answers are shown', () => {
  const images = Array.from({ length: 40 }, (_, i) => image(i, i % 2));
  const { mistakes, correct } = choose(
    images,
    images.map(() => 0.75),
  );
  expect([mistakes.length, correct.length]).toEqual([12, 4]);
});
