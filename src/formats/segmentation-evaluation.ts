/** `metrics.json` of evaluate-masks: everything that is known of the models on the masks of one data set. */
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { cell, ContrastSchema, DifferenceSchema, EstimateSchema, SpreadSchema } from './evaluation.ts';
import { count, fractionOrNull, realOrNull, text, texts } from './fields.ts';
import { readFormat, writeFormat } from './format-file.ts';

/** In the order in which tables show them. */
export const MASK_METRIC_NAMES = ['dice', 'iou', 'nsd', 'hd95'] as const;
export type MaskMetricName = (typeof MASK_METRIC_NAMES)[number];

const DESCRIPTIONS: Readonly<Record<MaskMetricName, string>> = {
  dice: 'Dice coefficient, mean over images and then over classes, 0 to 1; higher is better.',
  iou: 'Intersection over union, likewise.',
  nsd: 'Normalized surface distance: share of both edges within 1 % of the diagonal of the picture; higher is better.',
  hd95: '95 % Hausdorff distance in pixels of the picture, the larger of both directions; lower is better.',
};

const MaskMetricSchema = Type.Union(
  MASK_METRIC_NAMES.map((name) => Type.Literal(name, { description: DESCRIPTIONS[name] })),
  { title: 'mask metric' },
);

const byMetric = <Value extends TSchema>(value: Value, description: string) =>
  Type.Record(Type.String(), value, { description, propertyNames: MaskMetricSchema });

const scores = () => byMetric(Type.Union([Type.Number(), Type.Null()]), 'By metric; null if no image defines it.');

const MaskCounts = Type.Object(
  {
    images: count('Images in the subset.'),
    groups: count('Lesions or patients.'),
    byClass: Type.Array(Type.Integer({ minimum: 0 }), {
      description: 'Images that have each class, without background.',
    }),
  },
  { title: 'mask counts' },
);

const MaskClassScores = Type.Object(
  {
    class: text('Name of the class.'),
    dice: fractionOrNull('Mean over images and seeds.'),
    iou: fractionOrNull('Likewise.'),
    nsd: fractionOrNull('Likewise.'),
    hd95: realOrNull('Likewise, in pixels of the picture.'),
    images: count('Test images that have the class.'),
    missed: count('Of these, how often it was not found at all, summed over seeds: Dice 0, distance the diagonal.'),
    invented: count('How often it was found in a test image that lacks it, summed over seeds: Dice 0.'),
    leftOut: count('How often neither had it, summed over seeds: such images have no score.'),
  },
  { title: 'mask class scores' },
);

const SegmentedModel = Type.Object(
  {
    model: text('Label of the cell: M1, M2, ..., or its start and pre-training.'),
    ...cell,
    seeds: Type.Array(
      Type.Object({
        seed: Type.Integer({ description: 'Seed of the training.' }),
        validation: scores(),
        test: scores(),
      }),
      { description: 'One entry for each seed, ascending.' },
    ),
    summary: Type.Object({
      validation: byMetric(SpreadSchema, 'By metric.'),
      test: byMetric(EstimateSchema, 'By metric.'),
    }),
    byClass: Type.Array(MaskClassScores, { description: 'On the test subset, without background.' }),
  },
  { title: 'segmented model' },
);

const comparison = {
  model: text('The model.'),
  against: text('The model that is subtracted.'),
};

export const SegmentationEvaluationSchema = Type.Object(
  {
    task: Type.Literal('segmentation'),
    dataset: text('Name of the data set.'),
    classes: texts('Without the background.'),
    seeds: Type.Array(Type.Integer(), { description: 'Ascending. Lists "by seed" have this order.' }),
    metrics: Type.Array(MaskMetricSchema as unknown as ReturnType<typeof Type.String>, {
      description: 'In the order of tables. All are measured at the size of the pictures.',
    }),
    counts: Type.Object({ train: MaskCounts, validation: MaskCounts, test: MaskCounts }),
    baselines: Type.Array(
      Type.Object({
        name: Type.Union([Type.Literal('constant mask'), Type.Literal('threshold')], {
          description:
            '`constant mask`: the same for every image, the best of the training masks. `threshold`: of brightness, the ' +
            'best of the training images; only where there is one class.',
        }),
        test: scores(),
      }),
      { description: 'Guesses that see no image, or nothing but its brightness.' },
    ),
    bootstrap: Type.Object({
      resamples: count('Bootstrap rounds.'),
      level: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: 'Confidence level.' }),
      seed: count('Seed of the rounds.'),
    }),
    models: Type.Array(SegmentedModel),
    differences: Type.Array(Type.Object({ ...comparison, metrics: byMetric(DifferenceSchema, 'By metric.') }), {
      description: 'On the test subset, `model` minus `against`, every pair once.',
    }),
    contrasts: Type.Array(Type.Object({ ...comparison, metrics: byMetric(ContrastSchema, 'By metric.') }), {
      description: 'The differences that the study asks about, on the test subset. They are one family.',
    }),
    examples: Type.Array(
      Type.Object({
        rank: Type.Union([Type.Literal('best'), Type.Literal('median'), Type.Literal('worst')], {
          description: 'By the mean Dice over all models and seeds.',
        }),
        image: text('Path of the image below the folder of the data set.'),
        dice: Type.Array(Type.Union([Type.Number(), Type.Null()]), {
          description:
            'Of each model, with the first seed: the pictures of its row in `overlays.png` behind the image.',
        }),
      }),
      { description: 'Test images that are shown: a row each in `overlays.png`.' },
    ),
  },
  { title: 'segmentation evaluation' },
);

export type SegmentationEvaluation = Immutable<Static<typeof SegmentationEvaluationSchema>>;
export type SegmentedModel = Immutable<Static<typeof SegmentedModel>>;

export const readSegmentationEvaluation = (path: string): Promise<SegmentationEvaluation> =>
  readFormat(SegmentationEvaluationSchema, path);

export const writeSegmentationEvaluation = (path: string, value: SegmentationEvaluation): Promise<void> =>
  writeFormat(SegmentationEvaluationSchema, path, value);
