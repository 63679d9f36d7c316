/** Writes a data set whose images come from a formula. */
import type { Dataset } from '../../../formats/dataset.ts';
import { createPackedImages } from '../packed-images.ts';
import type { Listing } from '../reader/listing.ts';
import { writeDatasetFiles, type DatasetFiles } from '../write-dataset.ts';

export interface SyntheticDataset {
  readonly listing: Listing;
  /** Side of the images, in pixels. */
  readonly size: number;
  /** RGB bytes `[size, size, 3]` of a sample, by its row. */
  readonly draw: (row: number) => Uint8Array;
}

export async function writeSyntheticDataset(
  { listing, size, draw }: SyntheticDataset,
  files: DatasetFiles,
  onProgress?: (done: number, total: number) => void,
): Promise<Dataset> {
  const count = listing.samples.length;
  const images = await createPackedImages(files.images, count, size);
  try {
    for (let row = 0; row < count; row++) {
      await images.write(row, draw(row));
      onProgress?.(row + 1, count);
    }
  } finally {
    await images.close();
  }
  return writeDatasetFiles(files, listing, size);
}
