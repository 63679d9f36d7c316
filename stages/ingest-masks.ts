/** Reads images with masks and decodes them once. Whole pictures are fitted into the square: nothing is cut off. */
import { Type } from '@sinclair/typebox';
import { DOMAINS } from '../src/formats/dataset.ts';
import { decodeImage, type Decode } from '../src/learn/dataset/decode/decode.ts';
import { DatasetError } from '../src/learn/dataset/error.ts';
import { ingestMasks } from '../src/learn/dataset/masks/ingest-masks.ts';
import { MASK_READERS, type MaskReaderName } from '../src/learn/dataset/masks/reader/index.ts';
import { privateNames, type PrivateNames } from '../src/learn/dataset/private-names.ts';
import { defineStage, input, optional } from '../src/stage/index.ts';
import { readSecretKey } from '../src/util/secret-key.ts';
import { err } from '../src/util/result.ts';
import { MASKED_OUTPUTS } from './shared/masks.ts';

export default defineStage({
  inputs: {
    /** The folder of images and masks, as it was published or as a user keeps it. */
    source: input,
    /** The folder of the masks, if the reader `pairs` does not find it below the images. */
    masks: optional(input),
  },
  params: Type.Object({
    reader: Type.Union((Object.keys(MASK_READERS) as MaskReaderName[]).map((name) => Type.Literal(name))),
    /** Side in pixels. */
    size: Type.Integer({ minimum: 8 }),
    /**
     * Names of the classes, class 1 first; or what stands for each in the masks: `{ "cup": 255, "disc": 128 }` or
     * `{ "cup": "#ff0000" }`. By default numbers and colors are looked at, and folders of masks name classes.
     */
    classes: Type.Optional(
      Type.Union([
        Type.Array(Type.String({ minLength: 1 }), { minItems: 1, uniqueItems: true }),
        Type.Record(Type.String(), Type.Union([Type.Integer({ minimum: 0 }), Type.String()])),
      ]),
    ),
    /** For the reader `idrid`: the structures; `optic disc` by default. */
    targets: Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, uniqueItems: true })),
    /** For the reader `pairs`: the folder of an image is its group, such as a patient. */
    groupFolders: Type.Optional(Type.Boolean()),
    /** For the reader `pairs`: images without a mask are faults, or for pre-training alone. */
    unmasked: Type.Union([Type.Literal('error'), Type.Literal('pretraining')], { default: 'error' }),
    /** Kind of the images, for readers that do not know it. */
    domain: Type.Optional(Type.Union(DOMAINS.map((domain) => Type.Literal(domain)))),
    onBroken: Type.Union([Type.Literal('error'), Type.Literal('drop')], { default: 'error' }),
  }),
  outputs: MASKED_OUTPUTS,
  run: async ({ inputs, params, outputs, stage }) => {
    const names = stage.privateInputs.includes('source')
      ? await privateNames(inputs.source, await readSecretKey())
      : undefined;
    const say = (text: string) => {
      stage.warn(names?.redact(text) ?? text);
    };
    try {
      const { reader, domain, classes, targets, groupFolders, ...options } = params;
      const listing = await MASK_READERS[reader](inputs.source, {
        unmasked: params.unmasked,
        ...(inputs.masks !== null && { masks: inputs.masks }),
        ...(targets !== undefined && { targets }),
        ...(groupFolders !== undefined && { groupFolders }),
      });
      if (!listing.ok) throw new DatasetError(listing.error);
      const { masksOf } = listing.value;
      const shown = { ...(names?.apply(listing.value) ?? listing.value), masksOf };
      for (const notice of shown.notices ?? []) say(notice);
      const unwritten = await names?.writeMap();
      if (unwritten !== undefined) say(unwritten);
      const { dropped } = await ingestMasks({ ...shown, domain: domain ?? shown.domain }, outputs, {
        ...options,
        ...(classes !== undefined && { classes }),
        folder: inputs.source,
        decode: decodeWhole(names),
        concurrency: Number(stage.resources.cpu ?? 1) + 1, // while images are decoded, the next one is read
        signal: stage.signal,
        onNotice: say,
        onProgress: (done, total) => {
          stage.progress({ done, total, unit: 'images' });
        },
      });
      if (dropped.length > 0) say(`${dropped.length} file(s) were left out; dataset.json names each with its reason.`);
    } catch (error) {
      if (names === undefined || stage.signal.aborted) throw error;
      throw new DatasetError(names.redact(error instanceof Error ? error.message : String(error)));
    }
  },
});

/** Errors of the system name the file. */
const decodeWhole =
  (names: PrivateNames | undefined): Decode =>
  async (path, size, options) => {
    const decoded = await decodeImage(path, size, { ...options, fit: 'whole' });
    return decoded.ok || names === undefined ? decoded : err(names.redact(decoded.error));
  };
