/** `objects.json` of ingest-boxes: the boxes and landmarks of all images. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { count, text } from './fields.ts';
import { readFormat, writeFormat } from './format-file.ts';

const pixels = (description: string) => Type.Number({ minimum: 0, description });

export const ObjectsSchema = Type.Object(
  {
    classes: Type.Array(
      Type.Object({
        name: text('Name of the class.'),
        kind: Type.Union([Type.Literal('box'), Type.Literal('point')], {
          description: '`point`: a landmark, whose boxes have no extent.',
        }),
      }),
      { minItems: 1, description: 'In the order of the outputs of the network.' },
    ),
    images: Type.Array(
      Type.Object({
        width: Type.Integer({ minimum: 1, description: 'Of the upright picture, in pixels.' }),
        height: Type.Integer({ minimum: 1, description: 'Likewise.' }),
        objects: Type.Array(
          Type.Object({
            class: count('Position of the class, from 0.'),
            left: pixels('Left edge in pixels of the upright picture, from its left edge.'),
            top: pixels('Upper edge, from its upper edge.'),
            width: pixels('Width in pixels; 0 for a point.'),
            height: pixels('Height in pixels; 0 for a point.'),
          }),
        ),
      }),
      { description: 'In the order of the rows of `table.csv`.' },
    ),
  },
  { title: 'objects' },
);

export type Objects = Immutable<Static<typeof ObjectsSchema>>;
export type ObjectClass = Objects['classes'][number];
export type LabeledPicture = Objects['images'][number];
export type LabeledObject = LabeledPicture['objects'][number];

export const readObjects = (path: string): Promise<Objects> => readFormat(ObjectsSchema, path);

export const writeObjects = (path: string, value: Objects): Promise<void> => writeFormat(ObjectsSchema, path, value);
