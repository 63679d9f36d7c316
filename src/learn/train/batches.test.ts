import { expect, test } from 'vitest';
import { batchesOf, dropLastBatches, wrappedBatches } from './batches.ts';

const indices = Array.from({ length: 10 }, (_, i) => 100 + i);
const key = { seed: 1, epoch: 1 };
const sorted = (list: number[]) => [...list].sort((a, b) => a - b);

test('full batches hold distinct images and drop the rest', () => {
  const batches = dropLastBatches(indices, 4, key);
  expect(batches.map((batch) => batch.length)).toEqual([4, 4]);
  expect(new Set(batches.flat()).size).toBe(8);
});

test('wrapped batches hold every image, and the last is filled from the start of the order', () => {
  const batches = wrappedBatches(indices, 4, key);
  expect(batches.map((batch) => batch.length)).toEqual([4, 4, 4]);
  expect(sorted(batches.flat().slice(0, 10))).toEqual(indices);
  expect(batches[2]!.slice(2)).toEqual(batches[0]!.slice(0, 2));
});

test('a batch larger than the set goes round more than once', () => {
  const [batch] = wrappedBatches([5, 6], 5, key);
  expect(batch!.filter((index) => index === batch![0])).toHaveLength(3);
});

test('the order depends on seed and epoch, and on nothing else', () => {
  const order = (seed: number, epoch: number) => wrappedBatches(indices, 10, { seed, epoch }).flat();
  expect(order(1, 1)).toEqual(order(1, 1));
  expect(order(1, 1)).not.toEqual(order(1, 2));
  expect(order(1, 1)).not.toEqual(order(2, 1));
  expect(order(1, 1)).toEqual(wrappedBatches(indices, 3, key).flat().slice(0, 10));
});

test('steps are fed the batches of their epoch, which is drawn once while its steps follow each other', () => {
  const drawn: number[] = [];
  const batchAt = batchesOf(
    (images, batchSize, epochKey) => {
      drawn.push(epochKey.epoch);
      return wrappedBatches(images, batchSize, epochKey);
    },
    indices,
    4,
    7,
  );
  const fed = [1, 2, 1].map((epoch) => [0, 1, 2].map((index) => batchAt({ epoch, index, step: 0 }).indices));
  expect(fed).toEqual([1, 2, 1].map((epoch) => wrappedBatches(indices, 4, { seed: 7, epoch })));
  expect(drawn).toEqual([1, 2, 1]);
});
