/** `shared.json`: images that two data sets share. A model trained on one of them must not be tested on the other. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { readFormat, writeFormat } from './format-file.ts';
import { textPair } from './fields.ts';

const pairFields = {
  images: textPair('Path of the image in each of the two sets.'),
  labels: textPair('Its labels there.'),
};
const sets = textPair('Names of the two data sets.');

const SharedImage = Type.Object(
  {
    ...pairFields,
    rows: Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })], {
      description: 'Its rows in the two tables.',
    }),
  },
  { title: 'shared image' },
);

const list = (description: string) => Type.Array(SharedImage, { description });

const SetPair = Type.Object(
  {
    sets,
    equal: list('Equal pictures.'),
    near: list('Nearly equal pictures.'),
    turned: list('Pictures that are equal after a turn or a mirroring.'),
    names: list(
      'Files of one name, without folder, extension, case and the `(1)` of an unpacker: a hint, no evidence.',
    ),
  },
  { title: 'set pair' },
);

export const SharedImagesSchema = Type.Object(
  {
    pairs: Type.Array(SetPair, { description: 'One entry for each two data sets, in their order.' }),
    shown: Type.Array(
      Type.Object({
        sets,
        kind: Type.Union([Type.Literal('equal'), Type.Literal('near'), Type.Literal('turned'), Type.Literal('names')], {
          description: 'The list that the pair is in.',
        }),
        ...pairFields,
      }),
      { description: 'One entry for each row of `shared.png`, in its order.' },
    ),
  },
  { title: 'shared images' },
);

export type SharedImages = Immutable<Static<typeof SharedImagesSchema>>;
export type SharedImage = Immutable<Static<typeof SharedImage>>;
export type SetPair = Immutable<Static<typeof SetPair>>;

export const readSharedImages = (path: string): Promise<SharedImages> => readFormat(SharedImagesSchema, path);

export const writeSharedImages = (path: string, value: SharedImages): Promise<void> =>
  writeFormat(SharedImagesSchema, path, value);
