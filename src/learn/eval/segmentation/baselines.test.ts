import { expect, test } from 'vitest';
import { bestThreshold, constantMask, thresholdMask } from './baselines.ts';
import type { Mask } from './mask.ts';

const line = (digits: string): Mask => ({
  data: Uint8Array.from(digits.split(''), Number),
  width: digits.length,
  height: 1,
});

test('the constant mask is the one with the best mean Dice on the training masks', () => {
  // A share of one half gives 0110 (mean Dice 0.8), one quarter 1111 (0.667), three quarters 0100 (0.739).
  const training = ['0110', '0110', '1100', '0111'].map(line);
  expect([...constantMask(training, 2).data].join('')).toBe('0110');
});

test('where objects are the rule, the constant mask has the most frequent class', () => {
  expect([...constantMask(['1200', '1200', '2200'].map(line), 3).data].join('')).toBe('1200');
});

test('the threshold separates dark objects from light ground, and light from dark', () => {
  const gray = Uint8Array.from([10, 30, 200, 220]);
  const dark = { gray, mask: Uint8Array.from([1, 1, 0, 0]) };
  const light = { gray, mask: Uint8Array.from([0, 0, 1, 1]) };
  expect(bestThreshold([dark])).toEqual({ objects: 'dark', level: 30 });
  expect(bestThreshold([light])).toEqual({ objects: 'light', level: 30 });
  expect([...thresholdMask(gray, bestThreshold([dark]))]).toEqual([1, 1, 0, 0]);
  expect([...thresholdMask(gray, bestThreshold([light]))]).toEqual([0, 0, 1, 1]);
});

test('an image without an object has no say in the threshold', () => {
  const without = { gray: Uint8Array.from([0, 0, 255, 255]), mask: new Uint8Array(4) };
  const dark = { gray: Uint8Array.from([10, 30, 200, 220]), mask: Uint8Array.from([1, 1, 0, 0]) };
  expect(bestThreshold([without, dark])).toEqual(bestThreshold([dark]));
});
