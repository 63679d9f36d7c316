import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { selectTrial, type TriedSettings, type ValidationScores } from './select-trial.ts';
import { scoresOfClasses } from './validation-scores.ts';

const TRAIN = { loss: 0.5, accuracy: 0.8 };

/** Predictions of two classes whose log-odds are `skill` in favor of the label, with noise, times `sureness`. */
function predicted(skill: number, sureness = 1, images = 60, rare = 20): ValidationScores {
  const source = random('select trial test');
  const labels = Int32Array.from({ length: images }, (_, i) => (i < rare ? 1 : 0));
  const probabilities = Float64Array.from(
    [...labels].flatMap((label) => {
      const odds = sureness * (source.normal() + (label === 0 ? skill : -skill));
      const first = 1 / (1 + Math.exp(-odds));
      return [first, 1 - first];
    }),
  );
  const predictedClass = labels.map((_, i) => (probabilities[2 * i]! >= 0.5 ? 0 : 1));
  return scoresOfClasses({ classes: 2, labels, predicted: predictedClass, probabilities });
}

const tried = (learningRate: number, validation: ValidationScores): TriedSettings => ({
  params: { learningRate },
  validation,
  train: TRAIN,
});

test('the trial with the least validation log loss is chosen, and the second best is named', () => {
  const trials = selectTrial(
    7,
    [tried(0.01, predicted(1)), tried(0.03, predicted(2.5)), tried(0.1, predicted(2))],
    null,
  );
  expect(trials).toMatchObject({ seed: 7, chosen: 1, second: 2, ends: [], warnings: [] });
  expect(trials.validation).toEqual({ images: 60, smallestClass: 20 });
  expect(trials.trials[1]).toMatchObject({ params: { learningRate: 0.03 }, train: TRAIN });
});

test('a network that is only too sure of itself is not rejected for it: losses are compared after temperature', () => {
  const sure = selectTrial(
    0,
    [tried(0.01, predicted(0.8)), tried(0.03, predicted(1.2, 8)), tried(0.1, predicted(0.5))],
    null,
  );
  expect(sure.trials[1]!.loss!).toBeGreaterThan(sure.trials[0]!.loss!);
  expect(sure.chosen).toBe(1);
  expect(sure.trials[1]!.temperature).toBeGreaterThan(2);
});

test.each([
  [0.001, 'lowest', '0.0003, 0.001, 0.003, 0.01'],
  [0.01, 'highest', '0.001, 0.003, 0.01, 0.03'],
])('a choice at an end of the list (%s) names the end and the list with one value more', (best, end, beyond) => {
  const trials = selectTrial(
    0,
    [0.001, 0.003, 0.01].map((rate) => tried(rate, predicted(rate === best ? 3 : 1))),
    null,
  );
  expect(trials.ends).toEqual([{ param: 'learningRate', end }]);
  expect(trials.warnings).toHaveLength(1);
  expect(trials.warnings[0]).toContain(`the ${end} value of the list`);
  expect(trials.warnings[0]).toContain(beyond);
});

test('where every trial separates the validation images, the loss before scaling decides', () => {
  const separated = (sureness: number) => predicted(20, sureness);
  const { trials, chosen, second } = selectTrial(
    0,
    [tried(0.01, separated(0.1)), tried(0.03, separated(0.3)), tried(0.1, separated(0.2))],
    null,
  );
  expect(Math.max(...trials.map(({ scaledLoss }) => scaledLoss))).toBeLessThan(1e-6);
  expect([chosen, second]).toEqual([1, 2]);
});

test('zero is no end of a list: nothing is below it', () => {
  const kept = [0, 2].map((keep) => ({ ...tried(0.01, predicted(keep === 0 ? 3 : 1)), params: { keep } }));
  expect(selectTrial(0, kept, null)).toMatchObject({ chosen: 0, ends: [], warnings: [] });
});

test.each([
  [24, 10],
  [60, 4],
])('%i validation images, %i of a class: the choice is made, and called chance', (images, rare) => {
  const trials = [0.01, 0.03, 0.1].map((rate) => tried(rate, predicted(rate === 0.03 ? 3 : 1, 1, images, rare)));
  const { warnings } = selectTrial(0, trials, null);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(`has ${images} images, and ${rare} of the rarest label`);
});

test('one trial is chosen without a word: nothing was chosen by the validation subset', () => {
  const one = selectTrial(0, [tried(0.01, predicted(1, 1, 10, 2))], null);
  expect(one).toMatchObject({ chosen: 0, second: null, ends: [], warnings: [] });
});

test('further settings are told apart: only the parameter that is a number at an end is named', () => {
  const settings = (learningRate: number, augmentation: string, skill: number) => ({
    params: { learningRate, augmentation },
    validation: predicted(skill),
    train: TRAIN,
  });
  const { ends, chosen } = selectTrial(
    0,
    [settings(0.01, 'none', 1), settings(0.01, 'light', 1.5), settings(0.03, 'none', 3), settings(0.03, 'light', 1.2)],
    null,
  );
  expect(chosen).toBe(2);
  expect(ends).toEqual([{ param: 'learningRate', end: 'highest' }]);
});

test('scores without the training stand beside the trials, and are said to be better where they are', () => {
  const trials = [0.006, 0.02, 0.06].map((rate) => tried(rate, predicted(rate === 0.02 ? 1.5 : 1)));
  const worse = selectTrial(0, trials, predicted(0.5));
  expect(worse.without!.scaledLoss).toBeGreaterThan(worse.trials[1]!.scaledLoss);
  expect([worse.chosen, worse.warnings]).toEqual([1, []]);
  const better = selectTrial(0, trials, predicted(3));
  expect(better.chosen).toBe(1);
  expect(better.warnings).toHaveLength(1);
  expect(better.warnings[0]).toContain('made the features worse');
});
