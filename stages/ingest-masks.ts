/** Reads images with masks and decodes them once. Whole pictures are fitted into the square: nothing is cut off. */
import { Type } from '@sinclair/typebox';
import { DOMAINS } from '../src/formats/dataset.ts';
import { DatasetError } from '../src/learn/dataset/error.ts';
import { ingestMasks } from '../src/learn/dataset/masks/ingest-masks.ts';
import { MASK_READERS, type MaskReaderName } from '../src/learn/dataset/masks/reader/index.ts';
import { defineStage, input, optional } from '../src/stage/index.ts';
import { withImageSource } from './shared/image-source.ts';
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
  run: ({ inputs, params, outputs, stage }) =>
    withImageSource(
      { source: inputs.source, elsewhere: inputs.masks, fit: 'whole' },
      stage,
      async ({ redact, show, options }) => {
        const { reader, size, onBroken, unmasked, domain, classes, targets, groupFolders } = params;
        const listing = await MASK_READERS[reader](inputs.source, {
          unmasked,
          ...(inputs.masks !== null && { masks: inputs.masks }),
          ...(targets !== undefined && { targets }),
          ...(groupFolders !== undefined && { groupFolders }),
        });
        if (!listing.ok) throw new DatasetError(listing.error);
        const shown = await show(listing.value);
        return ingestMasks({ ...shown, domain: domain ?? shown.domain }, outputs, {
          ...options,
          ...{ size, onBroken, redact },
          ...(classes !== undefined && { classes }),
        });
      },
    ),
});
