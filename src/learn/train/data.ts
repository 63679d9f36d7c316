/** What training reads: images, their rows in the table, and the part that each belongs to. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { DatasetError } from '../dataset/error.ts';
import { openPackedImages, type PackedImages } from '../dataset/packed-images.ts';
import { readSplit, type Split } from '../dataset/split-table.ts';
import { readTable, type TableRow } from '../dataset/table.ts';

export interface LearningData {
  readonly images: PackedImages;
  readonly rows: readonly TableRow[];
  readonly split: Split;
}

/** Throws DatasetError when the files do not belong together. */
export async function openLearningData(paths: { readonly images: string; readonly table: string; readonly split: string }): Promise<LearningData> {
  const [images, rows] = await Promise.all([openPackedImages(paths.images), readTable(paths.table)]);
  if (rows.length !== images.count) throw new DatasetError(`${paths.table} has ${rows.length} rows, but ${paths.images} has ${images.count} images; both must come from one ingest.`);
  return { images, rows, split: await readSplit(paths.split, images.count) };
}

/** Class numbers of images. Throws DatasetError on a class that is not among `classes`. */
export function labelsOf({ rows }: LearningData, indices: readonly number[], classes: readonly string[]): number[] {
  return indices.map((index) => {
    const { image, label } = rows[index]!;
    const position = classes.indexOf(label);
    if (position < 0) throw new DatasetError(`${image} is labelled "${label}"; the classes of the data set are ${classes.join(', ')}.`);
    return position;
  });
}

/** A batch of images as a step is fed it: uint8 [B, S, S, 3]. */
export async function readBatch({ images }: LearningData, indices: readonly number[]): Promise<HostTensor<'uint8'>> {
  return { dtype: 'uint8', shape: [indices.length, images.size, images.size, 3], data: await images.read(indices) };
}
