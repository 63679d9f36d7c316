/** `split.json`: what a split holds, and the proof that its subsets share no group. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { readFormat, writeFormat } from './format-file.ts';
import { count, fraction, text } from './fields.ts';
import { SUBSETS } from './subset.ts';

const removal = (description: string) => Type.Union([Type.Literal('remove'), Type.Literal('keep')], { description });
const subset = (description: string) =>
  Type.Union(
    SUBSETS.map((name) => Type.Literal(name)),
    { description },
  );
const classes = Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
  description: 'Images of each class or finding.',
});

const SubsetSummary = Type.Object(
  { images: count('Images in the subset.'), groups: count('Groups in the subset.'), classes },
  { title: 'subset summary' },
);

const options = {
  policy: Type.Union([Type.Literal('grouped'), Type.Literal('published'), Type.Literal('image-level')], {
    description:
      '`grouped` draws all three subsets by group. `published` keeps the published test set, and cuts the ' +
      'validation subset from the published training set unless a validation set was published too. `image-level` ' +
      'draws image by image: it leaks, to show by how much.',
  }),
  test: fraction('Fraction of the images for testing; not used by the policy `published`.'),
  validation: fraction(
    'Fraction of the images for validation, of the published training images with `published`; a published ' +
      'validation set is taken as it is.',
  ),
  seed: Type.Integer({ minimum: 0, description: 'Seed of the draw.' }),
  overlap: removal(
    'With `published`: what becomes of training images whose group is also in the validation or test subset.',
  ),
  duplicates: removal(
    'What becomes of images that are equal to one of the validation or test subset, or to an earlier training image.',
  ),
  labelFractions: Type.Array(Type.Number(), {
    description: 'Fractions of the training labels that other stages may ask for.',
  }),
};

const image = text('Path of the image below the folder of the data set.');
const label = text('Its label.');

export const SplitSummarySchema = Type.Object(
  {
    ...options,
    subsets: Type.Object({ train: SubsetSummary, validation: SubsetSummary, test: SubsetSummary }),
    unused: count('Images in no subset.'),
    pretraining: Type.Optional(
      count('Images without a mask that pre-training sees too; none has a group or copy that validates or tests.'),
    ),
    groupOverlap: count('Groups that occur in more than one subset, counted from the split itself.'),
    labelSubsets: Type.Array(
      Type.Object({
        fraction: Type.Number({ description: 'Fraction of the training labels.' }),
        images: count('Training images with a label.'),
        classes,
      }),
      { description: 'Training images with each fraction of the labels, ascending; 1 is always there.' },
    ),
    removed: Type.Array(
      Type.Object({
        from: subset('Subset that the image was in.'),
        image,
        label,
        duplicateOf: Type.Object({ subset: subset('Subset of the image that stays.'), image, label }),
      }),
      { description: 'Images that were left out because they are equal to another.' },
    ),
  },
  { title: 'split summary' },
);

export type SplitSummary = Immutable<Static<typeof SplitSummarySchema>>;
export type SubsetSummary = Immutable<Static<typeof SubsetSummary>>;

export const readSplitSummary = (path: string): Promise<SplitSummary> => readFormat(SplitSummarySchema, path);

export const writeSplitSummary = (path: string, value: SplitSummary): Promise<void> =>
  writeFormat(SplitSummarySchema, path, value);
