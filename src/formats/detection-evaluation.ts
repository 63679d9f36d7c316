/** `metrics.json` of evaluate-boxes: everything that is known of the models on the objects of one data set. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { comparisonFields, metricNames, metricScores, metricUnion, modelFields, ranks } from './compared-evaluation.ts';
import { count, fractionOrNull, realOrNull, text } from './fields.ts';
import { readFormat, writeFormat } from './format-file.ts';

/** In the order in which tables show them. */
export const BOX_METRIC_NAMES = ['ap50', 'ap50to95', 'rightBoxes', 'distance', 'relativeDistance'] as const;
export type BoxMetricName = (typeof BOX_METRIC_NAMES)[number];

const BoxMetricSchema = metricUnion<BoxMetricName>(
  {
    ap50: 'Average precision at an IoU of 0.5 by the definition of COCO, mean over classes with boxes, 0 to 1; higher is better.',
    ap50to95: 'The same, mean over IoUs of 0.5, 0.55, ... 0.95.',
    rightBoxes:
      'Share of the images with an object whose surest box has an IoU of 0.5 at least with one, mean over classes with ' +
      'boxes; higher is better.',
    distance:
      'From the surest center to the next true one, in pixels of the picture, mean over images and then over all classes; ' +
      'lower is better.',
    relativeDistance:
      'The same in units of the object: the root of the area of its box. For a landmark, of the boxes of its image.',
  },
  'box metric',
);

const ObjectCounts = Type.Object(
  {
    images: count('Images in the subset.'),
    groups: count('Groups, such as patients.'),
    byClass: Type.Array(Type.Integer({ minimum: 0 }), { description: 'Objects of each class.' }),
  },
  { title: 'object counts' },
);

const classScores = {
  class: text('Name of the class.'),
  ap50: fractionOrNull('Null for a landmark.'),
  ap50to95: fractionOrNull('Likewise.'),
  rightBoxes: fractionOrNull('Likewise.'),
  distance: realOrNull('Mean over images, in pixels of the picture.'),
  relativeDistance: realOrNull('Likewise, in units of the object.'),
};

const DetectingModel = Type.Object(
  {
    ...modelFields(BoxMetricSchema),
    byClass: Type.Array(Type.Object(classScores, { title: 'object class scores' }), {
      description: 'On the test subset, means over seeds.',
    }),
  },
  { title: 'detecting model' },
);

export const DetectionEvaluationSchema = Type.Object(
  {
    task: Type.Literal('detection'),
    dataset: text('Name of the data set.'),
    classes: Type.Array(
      Type.Object({
        name: text('Name of the class.'),
        kind: Type.Union([Type.Literal('box'), Type.Literal('point')], { description: '`point`: a landmark.' }),
      }),
    ),
    seeds: Type.Array(Type.Integer(), { description: 'Ascending. Lists "by seed" have this order.' }),
    metrics: metricNames(BoxMetricSchema, 'In the order of tables. Those of boxes are left out where there are none.'),
    counts: Type.Object({ train: ObjectCounts, validation: ObjectCounts, test: ObjectCounts }),
    baselines: Type.Array(
      Type.Object({
        name: Type.Literal('constant guess', {
          description: 'For each class the same place for every image: the medians of the training objects.',
        }),
        test: metricScores(BoxMetricSchema),
        byClass: Type.Array(Type.Object(classScores, { title: 'object class scores' })),
      }),
      { description: 'Guesses that see no image.' },
    ),
    ...comparisonFields(BoxMetricSchema),
    models: Type.Array(DetectingModel),
    examples: Type.Array(
      Type.Object({
        rank: ranks('By the mean distance over all classes, models and seeds, the smallest first.'),
        image: text('Path of the image below the folder of the data set.'),
        distance: Type.Array(Type.Union([Type.Number(), Type.Null()]), {
          description:
            'Of each model, with the first seed: the pictures of its row in `pictures.png` behind the image.',
        }),
      }),
      { description: 'Test images that are shown: a row each in `pictures.png`.' },
    ),
  },
  { title: 'detection evaluation' },
);

export type DetectionEvaluation = Immutable<Static<typeof DetectionEvaluationSchema>>;
export type ObjectClassScores = DetectionEvaluation['models'][number]['byClass'][number];

export const readDetectionEvaluation = (path: string): Promise<DetectionEvaluation> =>
  readFormat(DetectionEvaluationSchema, path);

export const writeDetectionEvaluation = (path: string, value: DetectionEvaluation): Promise<void> =>
  writeFormat(DetectionEvaluationSchema, path, value);
