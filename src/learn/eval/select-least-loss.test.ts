import { expect, test } from 'vitest';
import { selectLeastLoss } from './select-least-loss.ts';

const trial = (learningRate: number, loss: number) => ({
  ...{ params: { learningRate }, loss, dice: 0.5, iou: 0.4 },
  train: { loss: 1, dice: 0.5 },
});

test('the trial with the least cross entropy is chosen, of equal ones the first', () => {
  const trials = [trial(0.01, 0.3), trial(0.03, 0.2), trial(0.1, 0.2), trial(0.3, 0.4)];
  expect(selectLeastLoss(7, trials)).toEqual({ seed: 7, trials, chosen: 1, ends: [], warnings: [] });
});

test('a chosen end of the list is said, with a list that goes on', () => {
  const { chosen, ends, warnings } = selectLeastLoss(0, [trial(0.01, 0.3), trial(0.03, 0.2), trial(0.1, 0.1)]);
  expect(chosen).toBe(2);
  expect(ends).toEqual([{ param: 'learningRate', end: 'highest' }]);
  expect(warnings.join()).toContain('Try it for every start: 0.01, 0.03, 0.1, 0.3.');
});
