/** `audit.json`: whatever in a data set would make a result look better than it is. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { readFormat, writeFormat } from './format-file.ts';
import { count, real, text, textPair, texts } from './fields.ts';

const pairFields = {
  images: textPair('Paths of the two images below the folder of the data set.'),
  labels: textPair('Their labels.'),
  splits: textPair('Their published subsets; empty where there is none.'),
};

const Pair = Type.Object(
  {
    ...pairFields,
    sameGroup: Type.Boolean({ description: 'True if both have one group: a split by group keeps them together.' }),
    similarity: real('Similarity of the two pictures; 1 means equal.'),
  },
  { title: 'audited pair' },
);

const TurnedPair = Type.Object(
  { ...Pair.properties, turn: text('The turn or mirroring that makes the second picture the first.') },
  { title: 'turned pair' },
);

const PairCounts = Type.Object(
  {
    pairs: count('All pairs.'),
    acrossClasses: count('Pairs with two different labels.'),
    acrossSplits: count('Pairs in two different published subsets.'),
    acrossGroups: count('Pairs in two different groups: a split by group does not keep them together.'),
  },
  { title: 'pair counts' },
);

const channels = (description: string) => Type.Array(Type.Number(), { minItems: 3, maxItems: 3, description });

const ClassFacts = Type.Object(
  {
    images: count('Images of the class.'),
    groups: count('Groups of the class.'),
    train: count('Images in the published training set.'),
    validation: count('Images in the published validation set.'),
    test: count('Images in the published test set.'),
    color: Type.Object(
      { mean: channels('Mean over images.'), sd: channels('Standard deviation over images.') },
      { description: 'Mean red, green and blue of the images, 0 to 255. Color alone can give a class away.' },
    ),
  },
  { title: 'class facts' },
);

const PairExample = Type.Object(
  {
    kind: Type.Union([Type.Literal('equal'), Type.Literal('near'), Type.Literal('turned'), Type.Literal('group')], {
      description: 'Relation of the two: equal, nearly equal or turned pictures, or two images of one group.',
    }),
    ...pairFields,
  },
  { title: 'pair example' },
);

export const AuditSchema = Type.Object(
  {
    images: count('Images in the data set.'),
    groups: count('Groups in the data set.'),
    summary: Type.Object({
      exact: PairCounts,
      near: PairCounts,
      turned: PairCounts,
      groupsAcrossSplits: count('Groups with images in more than one published subset.'),
    }),
    classes: Type.Record(Type.String(), ClassFacts, { description: 'By class name.' }),
    exactByLabel: Type.Array(
      Type.Object({
        labels: pairFields.labels,
        splits: pairFields.splits,
        pairs: count('Pairs with these labels in these subsets.'),
      }),
      { description: 'Equal images, counted by label and published subset, the most frequent first.' },
    ),
    groupsAcrossSplits: texts('Groups with images in more than one published subset, sorted.'),
    exact: Type.Array(Pair, { description: 'Equal pictures. Of three equal images all three pairs are listed.' }),
    near: Type.Array(Pair, { description: 'Nearly equal pictures.' }),
    turned: Type.Array(TurnedPair, { description: 'Pictures that are equal after a turn or a mirroring.' }),
    shown: Type.Array(PairExample, { description: 'One entry for each row of `leaks.png`, in its order.' }),
  },
  { title: 'audit' },
);

export type Audit = Immutable<Static<typeof AuditSchema>>;
export type AuditedPair = Immutable<Static<typeof Pair>>;
export type PairCounts = Immutable<Static<typeof PairCounts>>;
export type PairExample = Immutable<Static<typeof PairExample>>;
export type ClassFacts = Immutable<Static<typeof ClassFacts>>;

export const readAudit = (path: string): Promise<Audit> => readFormat(AuditSchema, path);

export const writeAudit = (path: string, value: Audit): Promise<void> => writeFormat(AuditSchema, path, value);
