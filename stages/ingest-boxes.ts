/** Reads images with boxes or landmarks and decodes them once. Whole pictures are fitted into the square. */
import { Type } from '@sinclair/typebox';
import { DOMAINS } from '../src/formats/dataset.ts';
import { ingestBoxes } from '../src/learn/dataset/boxes/ingest-boxes.ts';
import { BOX_READERS, type BoxReaderName } from '../src/learn/dataset/boxes/reader/index.ts';
import { DatasetError } from '../src/learn/dataset/error.ts';
import { defineStage, input, optional, output } from '../src/stage/index.ts';
import { DATASET_OUTPUTS } from './shared/data.ts';
import { withImageSource } from './shared/image-source.ts';

const names = () => Type.Optional(Type.Array(Type.String({ minLength: 1 }), { minItems: 1, uniqueItems: true }));

export default defineStage({
  inputs: {
    /** The folder of images, as it was published or as a user keeps it. */
    source: input,
    /** A file or folder of labels that the reader does not find below the images. */
    labels: optional(input),
  },
  params: Type.Object({
    reader: Type.Union((Object.keys(BOX_READERS) as BoxReaderName[]).map((name) => Type.Literal(name))),
    /** Side in pixels. */
    size: Type.Integer({ minimum: 8 }),
    /** Names of numbered classes, class 0 first, where the labels do not name them. */
    classes: names(),
    /** For the reader `idrid`: the structures; `optic disc` and `fovea` by default. */
    targets: names(),
    /** The folder of an image is its group, such as a patient. */
    groupFolders: Type.Optional(Type.Boolean()),
    /** Kind of the images, for readers that do not know it. */
    domain: Type.Optional(Type.Union(DOMAINS.map((domain) => Type.Literal(domain)))),
    onBroken: Type.Union([Type.Literal('error'), Type.Literal('drop')], { default: 'error' }),
  }),
  outputs: {
    ...DATASET_OUTPUTS,
    /** `objects.json`: the boxes and landmarks of each image, in pixels of its upright picture. */
    objects: output,
  },
  run: ({ inputs, params, outputs, stage }) =>
    withImageSource(
      { source: inputs.source, elsewhere: inputs.labels, fit: 'whole' },
      stage,
      async ({ redact, show, options }) => {
        const { reader, size, onBroken, domain, classes, targets, groupFolders } = params;
        const listing = await BOX_READERS[reader](inputs.source, {
          ...(inputs.labels !== null && { labels: inputs.labels }),
          ...(classes !== undefined && { classes }),
          ...(targets !== undefined && { targets }),
          ...(groupFolders !== undefined && { groupFolders }),
        });
        if (!listing.ok) throw new DatasetError(listing.error);
        const shown = await show(listing.value);
        return ingestBoxes({ ...shown, domain: domain ?? shown.domain }, outputs, {
          ...options,
          ...{ size, onBroken, redact },
        });
      },
    ),
});
