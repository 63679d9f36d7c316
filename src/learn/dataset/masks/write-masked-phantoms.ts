/** The phantoms as a data set for segmentation: the masks are known exactly. */
import { writeDataset, type Dataset } from '../../../formats/dataset.ts';
import type { MaskedPhantoms } from '../drawn/phantoms.ts';
import { writeSyntheticDataset } from '../drawn/write-synthetic-dataset.ts';
import { writePackedMasks } from '../packed-masks.ts';
import type { MaskedFiles } from './ingest-masks.ts';
import { BACKGROUND } from './background.ts';
import { createMaskFolder, writeMask } from './mask-folder.ts';
import { sharesOf, summarizeMasks } from './summary.ts';

const LESION = 'lesion';

export async function writeMaskedPhantoms(
  phantoms: MaskedPhantoms,
  files: MaskedFiles,
  onProgress?: (done: number, total: number) => void,
): Promise<Dataset> {
  const { size, mask: maskOf, listing } = phantoms;
  const dataset = await writeSyntheticDataset(phantoms, files, onProgress);
  const masks = listing.samples.map((_, row) => ({ width: size, height: size, data: maskOf(row) }));
  await createMaskFolder(files.originals);
  for (const [row, mask] of masks.entries()) await writeMask(files.originals, row, mask);
  await writePackedMasks(files.masks, new Uint8Array(masks.flatMap(({ data }) => [...data])), size);
  const whole: Dataset = {
    ...dataset,
    task: 'segmentation',
    classes: [BACKGROUND, LESION],
    masks: summarizeMasks(
      masks.map((mask) => sharesOf(mask, 1)),
      [LESION],
    ),
  };
  await writeDataset(files.dataset, whole);
  return whole;
}
