/** Reads a published data set and decodes it once. */
import { Type } from '@sinclair/typebox';
import { decodeImage } from '../src/learn/dataset/decode/decode.ts';
import { DatasetError } from '../src/learn/dataset/error.ts';
import { ingest } from '../src/learn/dataset/ingest.ts';
import { READERS, type ReaderName } from '../src/learn/dataset/reader/index.ts';
import { defineStage, input } from '../src/stage/index.ts';
import { DATASET_OUTPUTS } from './shared/data.ts';

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
        },
        { additionalProperties: false },
      ),
    ),
    onBroken: Type.Union([Type.Literal('error'), Type.Literal('drop')], { default: 'error' }),
  }),
  outputs: DATASET_OUTPUTS,
  run: async ({ inputs, params, outputs, stage }) => {
    const { reader, size, classes, columns, onBroken } = params;
    const folder = inputs.source;
    if (classes !== undefined && reader !== 'medmnist')
      throw new DatasetError(
        `classes names numbered classes; the reader "${reader}" finds names in the data set itself. ` +
          'Leave the parameter out.',
      );
    if (columns !== undefined && reader !== 'csv')
      throw new DatasetError(
        `columns names the columns of a table; the reader "${reader}" reads no table of yours. ` +
          'Leave the parameter out.',
      );
    const listing = await READERS[reader](folder, {
      ...(classes && { classNames: classes }),
      ...(columns && { columns }),
    });
    if (!listing.ok) throw new DatasetError(listing.error);
    for (const notice of listing.value.notices ?? []) stage.warn(notice);

    const processors = Number(stage.resources.cpu ?? 1);
    const { dropped } = await ingest(listing.value, outputs, {
      folder,
      size,
      onBroken,
      decode: decodeImage,
      concurrency: processors + 1, // while images are decoded, the next one is read
      signal: stage.signal,
      onProgress: (done, total) => {
        stage.progress({ done, total, unit: 'images' });
      },
    });
    if (dropped.length > 0)
      stage.warn(`${dropped.length} file(s) were left out; dataset.json names each with its reason.`);
  },
});
