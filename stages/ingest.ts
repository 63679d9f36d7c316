/** Reads a published data set and decodes it once. */
import { Type } from '@sinclair/typebox';
import { decodeImage } from '../src/learn/dataset/decode/decode.ts';
import { DatasetError } from '../src/learn/dataset/error.ts';
import type { GrayRule } from '../src/learn/dataset/gray-rule.ts';
import { ingest } from '../src/learn/dataset/ingest.ts';
import { listFrames } from '../src/learn/dataset/frames.ts';
import { READERS, type ReaderName } from '../src/learn/dataset/reader/index.ts';
import { readSecretKey } from '../src/util/secret-key.ts';
import { defineStage, input } from '../src/stage/index.ts';
import { DATASET_OUTPUTS } from './shared/data.ts';

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
  },
  params: Type.Object({
    reader: Type.Union((Object.keys(READERS) as ReaderName[]).map((name) => Type.Literal(name))),
    /** Side in pixels. */
    size: Type.Integer({ minimum: 8 }),
    /** For the reader `medmnist`, whose classes are numbers: their names, class 0 first. */
    classes: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 2, uniqueItems: true })),
    /** For the reader `csv`: names of the columns, where they are not `image`, `label`, `group` and `split`. */
    columns: Type.Optional(
      Type.Object(
        {
          image: Type.Optional(Type.String()),
          label: Type.Optional(Type.String()),
          group: Type.Optional(Type.String()),
          split: Type.Optional(Type.String()),
          /** Further columns that pass into table.csv; of DICOM files also `sex` and `age`. */
          keep: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { uniqueItems: true })),
        },
        { additionalProperties: false },
      ),
    ),
    /**
     * The scale of images with more than eight bits, of DICOM files above all. By default the window of each file if all
     * have one, else the range of the data set.
     */
    gray: Type.Optional(GRAY_RULE),
    /** Bits of the packed values. Stages of training round 16 to 8. */
    bits: Type.Union([Type.Literal(8), Type.Literal(16)], { default: 8 }),
    /** Files of several frames or pages: each is an image of its own, or such files are faults. */
    frames: Type.Union([Type.Literal('all'), Type.Literal('error')], { default: 'all' }),
    onBroken: Type.Union([Type.Literal('error'), Type.Literal('drop')], { default: 'error' }),
  }),
  outputs: DATASET_OUTPUTS,
  run: async ({ inputs, params, outputs, stage }) => {
    const { reader, size, classes, columns, gray, bits, frames, onBroken } = params;
    const folder = inputs.source;
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
    const listing = await READERS[reader](folder, {
      ...(classes && { classNames: classes }),
      ...(columns && { columns }),
    });
    if (!listing.ok) throw new DatasetError(listing.error);
    const framed = await listFrames(listing.value, {
      folder,
      frames,
      key: readSecretKey,
      keep: columns?.keep ?? [],
    });
    for (const notice of framed.notices ?? []) stage.warn(notice);

    const processors = Number(stage.resources.cpu ?? 1);
    const { dropped } = await ingest(framed, outputs, {
      folder,
      size,
      onBroken,
      decode: decodeImage,
      concurrency: processors + 1, // while images are decoded, the next one is read
      gray: gray as GrayRule | undefined,
      bits,
      signal: stage.signal,
      onNotice: (text) => {
        stage.warn(text);
      },
      onProgress: (done, total) => {
        stage.progress({ done, total, unit: 'images' });
      },
    });
    if (dropped.length > 0)
      stage.warn(`${dropped.length} file(s) were left out; dataset.json names each with its reason.`);
  },
});
