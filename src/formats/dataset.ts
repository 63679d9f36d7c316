/** `dataset.json`: what a data set is, for every stage after ingest. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { readFormat, writeFormat } from './format-file.ts';
import { count, text } from './fields.ts';

/** Kinds of images. docs/augmentation.md names the augmentation of each. */
export const DOMAINS = ['skin', 'xray', 'fundus', 'ct', 'mri', 'ultrasound', 'histology', 'other'] as const;
export type Domain = (typeof DOMAINS)[number];

const GrayScaleSchema = Type.Object(
  {
    rule: Type.Union(
      ['file', 'window', 'range', 'picture'].map((rule) => Type.Literal(rule)),
      {
        description:
          '`file`: the window of each file; `window`: center and width; `range`: from black to white; `picture`: ' +
          'percentiles of each picture.',
      },
    ),
    numbers: Type.Optional(
      Type.Array(Type.Number(), { minItems: 2, maxItems: 2, description: 'The two numbers of the rule.' }),
    ),
  },
  { description: 'Scale of images with more than eight bits; absent if there are none.' },
);

const MasksSchema = Type.Object(
  {
    images: count('Images with a mask; the others are for pre-training alone.'),
    empty: count('Of these, how many have background only.'),
    classes: Type.Array(
      Type.Object({
        class: text('Name of the class.'),
        images: count('Images that have it.'),
        share: Type.Tuple([Type.Number(), Type.Number(), Type.Number()], {
          description: 'The part of the picture that it covers in these images: least, median and greatest.',
        }),
      }),
      { description: 'Without the background.' },
    ),
  },
  { description: 'For segmentation: the masks.' },
);

const FindingsSchema = Type.Array(
  Type.Object({
    finding: text('Name of the finding.'),
    present: count('Images that have it.'),
    absent: count('Images that lack it.'),
    unknown: count('Images of which nobody knows: they count nowhere for this finding.'),
  }),
  { description: 'For findings: their images, in the order of `classes`.' },
);

const ObjectsOfClassesSchema = Type.Array(
  Type.Object({
    class: text('Name of the class.'),
    kind: Type.Union([Type.Literal('box'), Type.Literal('point')], { description: '`point`: a landmark.' }),
    images: count('Images that have an object of it.'),
    objects: count('Objects of it in all images.'),
    side: Type.Tuple([Type.Number(), Type.Number(), Type.Number()], {
      description: 'Root of the part of the picture that a box covers: least, median and greatest; 0 for points.',
    }),
  }),
  { description: 'For detection: the boxes and landmarks.' },
);

export const DatasetSchema = Type.Object(
  {
    task: Type.Optional(
      Type.Union([Type.Literal('segmentation'), Type.Literal('detection'), Type.Literal('findings')], {
        description:
          '`segmentation`: each image has a mask of the classes, the background first. `detection`: it has boxes or ' +
          'landmarks of them. `findings`: the classes do not exclude each other, and an image may have several or none. ' +
          'Absent: each image has one class.',
      }),
    ),
    name: Type.String({ minLength: 1, description: 'Short name, for paths and axes: `ham10000`.' }),
    title: Type.String({ minLength: 1, description: 'Name for readers: `HAM10000`.' }),
    classes: Type.Array(Type.String({ minLength: 1 }), {
      minItems: 1,
      uniqueItems: true,
      description: 'Class names, in the order of the outputs of the network.',
    }),
    ordinal: Type.Boolean({
      description: 'True where the classes are grades: a near miss is then better than a far one.',
    }),
    domain: Type.Union([...DOMAINS.map((domain) => Type.Literal(domain)), Type.Null()], {
      description: 'Kind of the images; null where it is not known.',
    }),
    images: count('Images in the data set.'),
    groups: count('Lesions or patients.'),
    size: Type.Integer({ minimum: 1, description: 'Side of the packed images, in pixels.' }),
    bits: Type.Optional(
      Type.Union([Type.Literal(8), Type.Literal(16)], { description: 'Bits of each packed value; 8 if it is absent.' }),
    ),
    gray: Type.Optional(GrayScaleSchema),
    masks: Type.Optional(MasksSchema),
    findings: Type.Optional(FindingsSchema),
    objects: Type.Optional(ObjectsOfClassesSchema),
    source: text('Origin of the images: a citation, or the formula that drew them.'),
    dropped: Type.Array(Type.Object({ file: text('Path of the file.'), reason: text('Reason, in words.') }), {
      description: 'Files that could not be read.',
    }),
  },
  { title: 'data set' },
);

export type Dataset = Immutable<Static<typeof DatasetSchema>>;

export const readDataset = (path: string): Promise<Dataset> => readFormat(DatasetSchema, path);

export const writeDataset = (path: string, value: Dataset): Promise<void> => writeFormat(DatasetSchema, path, value);
