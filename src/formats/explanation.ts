/** `explanation.json`: what one fine-tuned network looks at, where it is surely wrong, and how its features lie. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { readFormat, writeFormat } from './format-file.ts';
import { count, fraction, point, points, text, texts } from './fields.ts';

const classNumber = (description: string) =>
  Type.Integer({ minimum: 0, description: `${description}: a position in \`classes\`.` });

const exampleFields = {
  image: text('Path of the image below the folder of the data set.'),
  label: classNumber('Labeled class'),
  confidence: fraction('Probability of the predicted class.'),
  row: count('Its row in `cams.png`, from 0.'),
};

export const ExplanationSchema = Type.Object(
  {
    model: Type.Object({
      network: text('Name of the network.'),
      size: count('Side of the images that it gets, in pixels.'),
      layer: text('Layer whose activations Grad-CAM weighs.'),
      side: count('Side of these activations.'),
      start: text('Start of the fine-tuning: `random` or `weights`.'),
    }),
    classes: texts('Class names, in label order.'),
    embeddings: Type.Object(
      {
        images: texts('Paths of the test images.'),
        labels: Type.Array(classNumber('Labeled class')),
        pca: Type.Object(
          {
            before: points('One point for each image, with the weights before fine-tuning.'),
            after: points('The same, with the weights after it.'),
            explained: Type.Object(
              { before: point('Before.'), after: point('After.') },
              { description: 'Share of the variance along each of the two axes.' },
            ),
          },
          { description: 'Principal components.' },
        ),
        umap: Type.Union([Type.Object({ before: points('Before.'), after: points('After.') }), Type.Null()], {
          description: 'UMAP; null for fewer than 30 images.',
        }),
      },
      { description: 'Features of the test images on a plane, before and after fine-tuning.' },
    ),
    mistakes: Type.Array(Type.Object({ ...exampleFields, predicted: classNumber('Predicted class') }), {
      description: 'Test images that are predicted wrong, the most confident first.',
    }),
    correct: Type.Array(Type.Object(exampleFields), {
      description: 'Test images that are predicted right, the most confident first.',
    }),
  },
  { title: 'explanation' },
);

export type ExplanationFile = Immutable<Static<typeof ExplanationSchema>>;

export const readExplanation = (path: string): Promise<ExplanationFile> => readFormat(ExplanationSchema, path);

export const writeExplanation = (path: string, value: ExplanationFile): Promise<void> =>
  writeFormat(ExplanationSchema, path, value);
