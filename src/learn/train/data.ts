/** The data of training: images, their rows in the table, and their subsets. */
import type { Subset } from '../../formats/subset.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { DatasetError } from '../dataset/error.ts';
import { openPackedImages, type PackedImages } from '../dataset/packed-images.ts';
import { readSplit, type Split } from '../dataset/split-table.ts';
import { readTable, type TableRow } from '../dataset/table.ts';
import type { FindingStates } from '../dataset/findings.ts';
import { predictionsOf, type PredictedImage, type Predictions } from '../eval/predictions.ts';
import { at, entry } from '../../util/known.ts';

/** Images without their pixels. */
export interface LabeledRows {
  readonly rows: readonly TableRow[];
  readonly split: Split;
}

export interface TrainingData extends LabeledRows {
  readonly images: PackedImages;
}

/** Throws DatasetError when the files do not belong together. */
export async function openTrainingData(paths: {
  readonly images: string;
  readonly table: string;
  readonly split: string;
}): Promise<TrainingData> {
  const [images, rows] = await Promise.all([openPackedImages(paths.images), readTable(paths.table)]);
  if (rows.length !== images.count)
    throw new DatasetError(
      `${paths.table} has ${rows.length} rows, but ${paths.images} has ${images.count} images; both must come ` +
        'from one ingest.',
    );
  return { images, rows, split: await readSplit(paths.split, images.count) };
}

/** Throws DatasetError when the files do not belong together. */
export async function openLabeledRows(paths: { readonly table: string; readonly split: string }): Promise<LabeledRows> {
  const rows = await readTable(paths.table);
  return { rows, split: await readSplit(paths.split, rows.length) };
}

/** Class numbers of images. Throws DatasetError on a class that is not among `classes`. */
export function labelsOf({ rows }: LabeledRows, indices: readonly number[], classes: readonly string[]): number[] {
  return indices.map((index) => {
    const { image, label } = at(rows, index);
    const position = classes.indexOf(label);
    if (position < 0)
      throw new DatasetError(`${image} is labeled "${label}"; the classes of the data set are ${classes.join(', ')}.`);
    return position;
  });
}

/**
 * The same data with only a fraction of the training labels: other training images are in no subset. Throws
 * DatasetError if the split was not made for that fraction.
 */
export function withLabelFraction<Data extends LabeledRows>(data: Data, fraction: number): Data {
  const { train: all, labelFractions: labels } = data.split;
  const fractions = [...new Set(labels)].sort((a, b) => a - b);
  if (fraction < 1 && !fractions.includes(fraction)) {
    throw new DatasetError(
      `labelFraction is ${fraction}, but the split has the label fractions ${fractions.join(', ')}. Name ` +
        `${fraction} in the "labelFractions" of the split.`,
    );
  }
  const kept = all.flatMap((_, i) => (at(labels, i) <= fraction ? [i] : []));
  return {
    ...data,
    split: { ...data.split, train: kept.map((i) => at(all, i)), labelFractions: kept.map((i) => at(labels, i)) },
  };
}

/** Class numbers of the validation subset. Throws DatasetError if nothing could be chosen by it. */
export function validationLabels(data: LabeledRows, classes: readonly string[]): Int32Array {
  requireTwoSubsets(data);
  const labels = Int32Array.from(labelsOf(data, data.split.validation, classes));
  if (new Set(labels).size < 2)
    throw new DatasetError(
      `All ${labels.length} validation images are of one class, so no AUC can select by them. A larger validation ` +
        'subset is needed.',
    );
  return labels;
}

/** Throws DatasetError without images to learn from, or to select by. */
export function requireTwoSubsets({ split: { train: training, validation } }: LabeledRows): void {
  if (training.length > 0 && validation.length > 0) return;
  throw new DatasetError(
    `Training needs images to learn from and others to select by; the split has ${training.length} and ` +
      `${validation.length}.`,
  );
}

/** Predictions of whole subsets, whose probabilities [images, classes] follow each other in the order of `subsets`. */
export function subsetPredictions(
  data: LabeledRows,
  classes: readonly string[],
  subsets: readonly Subset[],
  probabilities: Float64Array,
): Predictions {
  const images = predictedImages(data, subsets, (indices) => labelsOf(data, indices, classes));
  return predictionsOf(classes, images, probabilities);
}

/** The images of whole subsets, each with its label. */
export function predictedImages<Label extends number | FindingStates>(
  { rows, split }: LabeledRows,
  subsets: readonly Subset[],
  labelsOfAll: (indices: readonly number[]) => readonly Label[],
): PredictedImage<Label>[] {
  return subsets.flatMap((subset) => {
    const labels = labelsOfAll(split[subset]);
    return split[subset].map((index, i) => ({
      index,
      image: at(rows, index).image,
      group: at(rows, index).group,
      subset,
      label: at(labels, i),
    }));
  });
}

/** A batch of images as a step is fed it: uint8 [B, S, S, 3]. */
export async function readBatch({ images }: TrainingData, indices: readonly number[]): Promise<HostTensor<'uint8'>> {
  return { dtype: 'uint8', shape: [indices.length, images.size, images.size, 3], data: await images.read(indices) };
}

/** Class numbers by image, of a labeled part of the data: in the order of `classes`, or in that of their appearance. */
export function classesByImage(
  data: LabeledRows,
  indices: readonly number[],
  classes: readonly string[] = [...new Set(indices.map((index) => at(data.rows, index).label))],
): ReadonlyMap<number, number> {
  const labels = labelsOf(data, indices, classes);
  return new Map(indices.map((index, i) => [index, at(labels, i)]));
}

/** Class numbers of a batch as a step is fed them: int32 [B]. */
export function labelBatch(classOf: ReadonlyMap<number, number>, indices: readonly number[]): HostTensor<'int32'> {
  return { dtype: 'int32', shape: [indices.length], data: Int32Array.from(indices, (image) => entry(classOf, image)) };
}

/** A number as a step is fed it. */
export function scalar(value: number): HostTensor<'float32'> {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) };
}
