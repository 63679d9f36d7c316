/** `choice.json` and `trials.json` of select: the trial that was chosen, and all that were tried. */
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { count, countOrNull, real, realOrNull, text, texts } from './fields.ts';
import { readFormat, writeFormat } from './format-file.ts';

const params = Type.Record(Type.String(), Type.Union([Type.Number(), Type.String(), Type.Boolean()]), {
  description: 'Parameters of the training, by name: the axes of the trials.',
});
const seed = Type.Integer({ description: 'Seed of the trials.' });

/** Holds nothing else: trainings that read it do not run again because another trial was tried and not chosen. */
export const ChoiceSchema = Type.Object({ seed, params }, { title: 'choice' });

const scores = {
  loss: realOrNull('Log loss of the last epoch on the validation subset.'),
  scaledLoss: real('The same after temperature scaling. The trial with the least is chosen.'),
  temperature: real('The temperature, fitted on the validation subset.'),
  accuracy: realOrNull('Accuracy on the validation subset.'),
  auc: realOrNull('Macro AUC on the validation subset.'),
};

const Trial = Type.Object(
  {
    params,
    ...scores,
    train: Type.Object({
      loss: realOrNull('Mean training loss of the last epoch.'),
      accuracy: realOrNull('Training accuracy of the last epoch.'),
    }),
  },
  { title: 'trial' },
);

const End = Type.Object(
  {
    param: text('Name of the parameter.'),
    end: Type.Union([Type.Literal('lowest'), Type.Literal('highest')], { description: 'The end of the list.' }),
  },
  { title: 'end of a list' },
);

export const TrialsSchema = Type.Object(
  {
    seed,
    validation: Type.Object({
      images: count('Images in the validation subset.'),
      smallestClass: count('Images of the class with the fewest. Of findings: the fewest that have one, or lack one.'),
    }),
    trials: Type.Array(Trial, { description: 'In the order of the axes.' }),
    without: Type.Union([Type.Object(scores), Type.Null()], {
      description: 'The same scores without the training that is tuned; null where there are none.',
    }),
    chosen: count('Position of the chosen trial in `trials`, from 0.'),
    second: countOrNull('Position of the second best trial; null if there is one trial.'),
    ends: Type.Array(End, { description: 'Numbers that were chosen although they are an end of their list.' }),
    warnings: texts('Limitations of the choice, in words.'),
  },
  { title: 'trials' },
);

const SegmentationTrial = Type.Object(
  {
    params,
    loss: real('Cross entropy for each pixel of the validation masks, after the last epoch. The least is chosen.'),
    dice: realOrNull('Mean Dice coefficient on the validation subset, at training size.'),
    iou: realOrNull('Mean intersection over union there.'),
    train: Type.Object({
      loss: realOrNull('Mean training loss of the last epoch.'),
      dice: realOrNull('Soft Dice coefficient of the last epoch.'),
    }),
  },
  { title: 'segmentation trial' },
);

const DetectionTrial = Type.Object(
  {
    params,
    loss: real('Loss on the validation images, after the last epoch. The least is chosen.'),
    ap50: realOrNull('Mean AP50 of the classes with boxes on the validation subset.'),
    distance: realOrNull('Mean distance of the surest center of each class there, in pixels of the square.'),
    train: Type.Object({ loss: realOrNull('Mean training loss of the last epoch.') }),
  },
  { title: 'detection trial' },
);

const trialsOf = <Trial extends TSchema>(trial: Trial, title: string) =>
  Type.Object(
    {
      seed,
      trials: Type.Array(trial, { description: 'In the order of the axes.' }),
      chosen: count('Position of the chosen trial in `trials`, from 0.'),
      ends: Type.Array(End, { description: 'Numbers that were chosen although they are an end of their list.' }),
      warnings: texts('Limitations of the choice, in words.'),
    },
    { title },
  );

export const SegmentationTrialsSchema = trialsOf(SegmentationTrial, 'segmentation trials');
export const DetectionTrialsSchema = trialsOf(DetectionTrial, 'detection trials');

export type Choice = Immutable<Static<typeof ChoiceSchema>>;
export type Trials = Immutable<Static<typeof TrialsSchema>>;
export type Trial = Trials['trials'][number];
export type SegmentationTrials = Immutable<Static<typeof SegmentationTrialsSchema>>;
export type SegmentationTrial = SegmentationTrials['trials'][number];
export type DetectionTrials = Immutable<Static<typeof DetectionTrialsSchema>>;
export type DetectionTrial = DetectionTrials['trials'][number];
export type TrialScores = Omit<Trial, 'params' | 'train'>;

export const readChoice = (path: string): Promise<Choice> => readFormat(ChoiceSchema, path);

export const writeChoice = (path: string, value: Choice): Promise<void> => writeFormat(ChoiceSchema, path, value);

export const readTrials = (path: string): Promise<Trials> => readFormat(TrialsSchema, path);

export const writeTrials = (path: string, value: Trials): Promise<void> => writeFormat(TrialsSchema, path, value);

export const readSegmentationTrials = (path: string): Promise<SegmentationTrials> =>
  readFormat(SegmentationTrialsSchema, path);

export const writeSegmentationTrials = (path: string, value: SegmentationTrials): Promise<void> =>
  writeFormat(SegmentationTrialsSchema, path, value);

export const readDetectionTrials = (path: string): Promise<DetectionTrials> => readFormat(DetectionTrialsSchema, path);

export const writeDetectionTrials = (path: string, value: DetectionTrials): Promise<void> =>
  writeFormat(DetectionTrialsSchema, path, value);
