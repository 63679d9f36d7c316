/** Reads a data set and decodes it once. */
import path from 'node:path';
import { Type } from '@sinclair/typebox';
import { DatasetError } from '../src/learn/dataset/error.ts';
import type { GrayRule } from '../src/learn/dataset/gray-rule.ts';
import { ingest } from '../src/learn/dataset/ingest.ts';
import { listFrames } from '../src/learn/dataset/frames.ts';
import { READERS, type ReaderName } from '../src/learn/dataset/reader/index.ts';
import type { Columns, Listing } from '../src/learn/dataset/reader/listing.ts';
import { readSecretKey } from '../src/util/secret-key.ts';
import { defineStage, input, optional } from '../src/stage/index.ts';
import { DOMAINS } from '../src/formats/dataset.ts';
import { DATASET_OUTPUTS } from './shared/data.ts';
import { withImageSource } from './shared/image-source.ts';

const TWO_NUMBERS = Type.Array(Type.Number(), { minItems: 2, maxItems: 2 });
const GRAY_RULE = Type.Union([
  Type.Literal('file'),
  Type.Object({ window: TWO_NUMBERS }, { additionalProperties: false }),
  Type.Object({ range: Type.Union([Type.Literal('dataset'), TWO_NUMBERS]) }, { additionalProperties: false }),
  Type.Object(
    {
      percentiles: TWO_NUMBERS,
      per: Type.Optional(Type.Union([Type.Literal('dataset'), Type.Literal('picture')])),
    },
    { additionalProperties: false },
  ),
]);

export default defineStage({
  inputs: {
    /** The folder of the data set as it was published. */
    source: input,
    /** For the reader `csv`: its table, if that is not in the folder of the images. */
    labels: optional(input),
  },
  params: Type.Object({
    reader: Type.Union((Object.keys(READERS) as ReaderName[]).map((name) => Type.Literal(name))),
    /** Side in pixels. */
    size: Type.Integer({ minimum: 8 }),
    /** For the reader `medmnist`, whose classes or findings are numbers: their names, number 0 first. */
    classes: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 2, uniqueItems: true })),
    /** For the reader `csv`: names of the columns, where they are not `image`, `label`, `group` and `split`. */
    columns: Type.Optional(
      Type.Object(
        {
          image: Type.Optional(Type.String()),
          label: Type.Optional(Type.String()),
          group: Type.Optional(Type.String()),
          split: Type.Optional(Type.String()),
          /** A column of 0 and 1 for each finding, instead of `label`; -1 and blank are not known. */
          findings: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 2, uniqueItems: true })),
          /** Further columns that pass into table.csv; of DICOM files also `sex` and `age`. */
          keep: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { uniqueItems: true })),
        },
        { additionalProperties: false },
      ),
    ),
    /**
     * The scale of images with more than eight bits, of DICOM files above all. By default the window of each file if
     * all have one, else the range of the data set.
     */
    gray: Type.Optional(GRAY_RULE),
    /** Bits of the packed values. Stages of training round 16 to 8. */
    bits: Type.Union([Type.Literal(8), Type.Literal(16)], { default: 8 }),
    /** Files of several frames or pages: each is an image of its own, or such files are faults. */
    frames: Type.Union([Type.Literal('all'), Type.Literal('error')], { default: 'all' }),
    /** For the reader `folders`: the folder below the class is the group, such as a patient. */
    groupFolders: Type.Optional(Type.Boolean()),
    /** Kind of the images, for readers that do not know it. */
    domain: Type.Optional(Type.Union(DOMAINS.map((domain) => Type.Literal(domain)))),
    onBroken: Type.Union([Type.Literal('error'), Type.Literal('drop')], { default: 'error' }),
  }),
  outputs: DATASET_OUTPUTS,
  run: ({ inputs, params, outputs, stage }) =>
    withImageSource(inputs, stage, async ({ isPrivate, say, show, options }) => {
      const framed = await listFrames(await readListing(inputs.source, params, inputs.labels), {
        folder: inputs.source,
        frames: params.frames,
        key: readSecretKey,
        keep: params.columns?.keep ?? [],
      });
      const shown = await show(framed);
      if (!isPrivate && (framed.dicom?.headers.size ?? 0) > 0) say(NAMED);
      return ingest({ ...shown, domain: params.domain ?? shown.domain }, outputs, {
        ...options,
        size: params.size,
        onBroken: params.onBroken,
        gray: params.gray as GrayRule | undefined,
        bits: params.bits,
      });
    }),
});

const NAMED =
  'Names of DICOM files and folders may be names of patients, and they stand in table.csv and in the cache. To write ' +
  'digests instead: "source": { "path": "...", "private": true }.';

interface ListingParams {
  readonly reader: ReaderName;
  readonly classes?: readonly string[];
  readonly columns?: Columns;
  readonly groupFolders?: boolean;
}

async function readListing(
  folder: string,
  { reader, classes, columns, groupFolders }: ListingParams,
  labels: string | null,
): Promise<Listing> {
  if (classes !== undefined && reader !== 'medmnist')
    throw new DatasetError(
      `classes names numbered classes; the reader "${reader}" finds names in the data set itself. ` +
        'Leave the parameter out.',
    );
  if (columns !== undefined && reader !== 'csv' && Object.keys(columns).some((name) => name !== 'keep'))
    throw new DatasetError(
      `columns names the columns of a table; the reader "${reader}" reads no table of yours. ` +
        'Leave the parameter out.',
    );
  if (labels !== null && reader !== 'csv')
    throw new DatasetError(
      `labels is a table; the reader "${reader}" reads no table of yours. Leave the input out, or take "csv".`,
    );
  if (groupFolders === true && reader !== 'folders')
    throw new DatasetError(
      `groupFolders is for the reader "folders"; the reader "${reader}" finds groups elsewhere. ` +
        'Leave the parameter out.',
    );
  const listing = await READERS[reader](folder, {
    ...(classes && { classNames: classes }),
    ...(columns && { columns }),
    ...(labels !== null && { table: path.resolve(labels) }),
    ...(groupFolders !== undefined && { groupFolders }),
  });
  if (!listing.ok) throw new DatasetError(listing.error);
  return listing.value;
}
