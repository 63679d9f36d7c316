/** `metrics.json` of evaluate-masks: everything that is known of the models on the masks of one data set. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { comparisonFields, metricNames, metricScores, metricUnion, modelFields, ranks } from './compared-evaluation.ts';
import { count, fractionOrNull, realOrNull, text, texts } from './fields.ts';
import { readFormat, writeFormat } from './format-file.ts';

/** In the order in which tables show them. */
export const MASK_METRIC_NAMES = ['dice', 'iou', 'nsd', 'hd95'] as const;
export type MaskMetricName = (typeof MASK_METRIC_NAMES)[number];

const MaskMetricSchema = metricUnion<MaskMetricName>(
  {
    dice: 'Dice coefficient, mean over images and then over classes, 0 to 1; higher is better.',
    iou: 'Intersection over union, likewise.',
    nsd: 'Normalized surface distance: share of both edges within 1 % of the diagonal of the picture; higher is better.',
    hd95: '95 % Hausdorff distance in pixels of the picture, the larger of both directions; lower is better.',
  },
  'mask metric',
);

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
    ...modelFields(MaskMetricSchema),
    byClass: Type.Array(MaskClassScores, { description: 'On the test subset, without background.' }),
  },
  { title: 'segmented model' },
);

export const SegmentationEvaluationSchema = Type.Object(
  {
    task: Type.Literal('segmentation'),
    dataset: text('Name of the data set.'),
    classes: texts('Without the background.'),
    seeds: Type.Array(Type.Integer(), { description: 'Ascending. Lists "by seed" have this order.' }),
    metrics: metricNames(MaskMetricSchema, 'In the order of tables. All are measured at the size of the pictures.'),
    counts: Type.Object({ train: MaskCounts, validation: MaskCounts, test: MaskCounts }),
    baselines: Type.Array(
      Type.Object({
        name: Type.Union([Type.Literal('constant mask'), Type.Literal('threshold')], {
          description:
            '`constant mask`: the same for every image, the best of the training masks. `threshold`: of brightness, the ' +
            'best of the training images; only where there is one class.',
        }),
        test: metricScores(MaskMetricSchema),
      }),
      { description: 'Guesses that see no image, or nothing but its brightness.' },
    ),
    ...comparisonFields(MaskMetricSchema),
    models: Type.Array(SegmentedModel),
    examples: Type.Array(
      Type.Object({
        rank: ranks('By the mean Dice over all models and seeds.'),
        image: text('Path of the image below the folder of the data set.'),
        dice: Type.Array(Type.Union([Type.Number(), Type.Null()]), {
          description:
            'Of each model, with the first seed: the pictures of its row in `pictures.png` behind the image.',
        }),
      }),
      { description: 'Test images that are shown: a row each in `pictures.png`.' },
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
