/** `curves.json`: one row for each epoch of a training. `kind` tells which fields there are. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { readFormat, writeFormat } from './format-file.ts';
import { realOrNull, text } from './fields.ts';

const epoch = Type.Integer({ minimum: 0, description: 'Epoch, from 1.' });
const learningRate = realOrNull('Learning rate at the end of the epoch.');
const loss = realOrNull('Mean loss over the batches of the epoch, while the weights were moving.');
const accuracy = realOrNull('Accuracy on these batches.');
const further = Type.Union([Type.Number(), Type.Null()], { description: 'A further figure of the method.' });

const Validation = Type.Object(
  {
    loss: realOrNull('Log loss on the validation subset.'),
    accuracy: realOrNull('Accuracy there.'),
    auc: realOrNull('Macro AUC there.'),
  },
  { title: 'validation scores' },
);

export const FinetuneCurvesSchema = Type.Object(
  {
    kind: Type.Literal('finetune'),
    epochs: Type.Array(
      Type.Object({
        epoch,
        learningRate,
        train: Type.Object(
          { loss, accuracy },
          { additionalProperties: further, description: 'On augmented training images.' },
        ),
        validation: Validation,
      }),
    ),
  },
  { title: 'fine-tuning curves' },
);

export const SegmentationCurvesSchema = Type.Object(
  {
    kind: Type.Literal('segmentation'),
    epochs: Type.Array(
      Type.Object({
        epoch,
        learningRate,
        train: Type.Object(
          {
            loss: realOrNull('Mean cross entropy plus Dice loss over the batches, while the weights were moving.'),
            dice: realOrNull('Soft Dice coefficient of these batches.'),
          },
          { description: 'On augmented training images.' },
        ),
        validation: Type.Object({
          loss: realOrNull('Cross entropy for each pixel on the validation subset, at training size.'),
          dice: realOrNull('Mean Dice coefficient there; null if no mask has an object.'),
          iou: realOrNull('Mean intersection over union there; null if no mask has an object.'),
        }),
      }),
    ),
  },
  { title: 'segmentation curves' },
);

export const DetectionCurvesSchema = Type.Object(
  {
    kind: Type.Literal('detection'),
    epochs: Type.Array(
      Type.Object({
        epoch,
        learningRate,
        train: Type.Object(
          {
            loss: realOrNull('The sum of the three parts, mean over the batches, while the weights were moving.'),
            centers: realOrNull('Focal loss of the centers.'),
            offsets: realOrNull('Mean absolute error of the places of centers in their cells, in cells of 2 px.'),
            sizes: realOrNull('Mean absolute error of the logarithms of the sides of boxes.'),
          },
          { description: 'On augmented training images.' },
        ),
        validation: Type.Object({
          loss: realOrNull('The same loss on the validation subset.'),
          ap50: realOrNull('Mean AP50 of the classes with boxes there; null without such a class.'),
          distance: realOrNull('Mean distance of the surest center of each class, in pixels of the square.'),
        }),
      }),
    ),
  },
  { title: 'detection curves' },
);

export const PretrainCurvesSchema = Type.Object(
  {
    kind: Type.Literal('pretrain'),
    method: text('Name of the method: `simclr`, `byol`, ...'),
    width: Type.Integer({
      minimum: 1,
      description: 'Dimensions of the embeddings. Spread evenly, they have a standard deviation of 1 / sqrt(width).',
    }),
    start: Type.Object({ knn: realOrNull('As below, of the first weights.') }),
    epochs: Type.Array(
      Type.Object({
        epoch,
        loss,
        learningRate,
        embeddingStd: realOrNull('Standard deviation of the embeddings, mean over dimensions.'),
        relativeStd: realOrNull('The same, relative to an even spread.'),
        alignment: realOrNull('Mean squared distance of two views of an image (Wang and Isola 2020).'),
        uniformity: realOrNull('Uniformity of the embeddings on the sphere (Wang and Isola 2020).'),
        participationRatio: realOrNull('Number of dimensions that the embeddings use.'),
        collapse: Type.Union([Type.String(), Type.Null()], {
          description: 'Fault of the embeddings, in words; null where there is none.',
        }),
        knn: realOrNull(
          'Balanced accuracy of a nearest-neighbor classifier on the validation subset; null in epochs without one.',
        ),
      }),
    ),
  },
  { title: 'pre-training curves' },
);

export const SupervisedCurvesSchema = Type.Object(
  {
    kind: Type.Literal('supervised'),
    method: Type.Literal('supervised'),
    epochs: Type.Array(
      Type.Object({ epoch, learningRate, loss, accuracy, validation: Validation }, { additionalProperties: further }),
    ),
  },
  { title: 'supervised curves' },
);

export type FinetuneCurves = Immutable<Static<typeof FinetuneCurvesSchema>>;
export type SegmentationCurves = Immutable<Static<typeof SegmentationCurvesSchema>>;
export type DetectionCurves = Immutable<Static<typeof DetectionCurvesSchema>>;
export type PretrainCurves = Immutable<Static<typeof PretrainCurvesSchema>>;
export type SupervisedCurves = Immutable<Static<typeof SupervisedCurvesSchema>>;

export const readFinetuneCurves = (path: string): Promise<FinetuneCurves> => readFormat(FinetuneCurvesSchema, path);

export const writeFinetuneCurves = (path: string, value: FinetuneCurves): Promise<void> =>
  writeFormat(FinetuneCurvesSchema, path, value);

export const readSegmentationCurves = (path: string): Promise<SegmentationCurves> =>
  readFormat(SegmentationCurvesSchema, path);

export const writeSegmentationCurves = (path: string, value: SegmentationCurves): Promise<void> =>
  writeFormat(SegmentationCurvesSchema, path, value);

export const readDetectionCurves = (path: string): Promise<DetectionCurves> => readFormat(DetectionCurvesSchema, path);

export const writeDetectionCurves = (path: string, value: DetectionCurves): Promise<void> =>
  writeFormat(DetectionCurvesSchema, path, value);

export const readPretrainCurves = (path: string): Promise<PretrainCurves> => readFormat(PretrainCurvesSchema, path);

export const writePretrainCurves = (path: string, value: PretrainCurves): Promise<void> =>
  writeFormat(PretrainCurvesSchema, path, value);

export const readSupervisedCurves = (path: string): Promise<SupervisedCurves> =>
  readFormat(SupervisedCurvesSchema, path);

export const writeSupervisedCurves = (path: string, value: SupervisedCurves): Promise<void> =>
  writeFormat(SupervisedCurvesSchema, path, value);
