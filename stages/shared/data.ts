/** A data set as files: the outputs of the stages that make one, and the inputs of the stages that train on one. */
import { input, output } from '../../src/stage/index.ts';

export const DATASET_OUTPUTS = {
  /** `images.safetensors`: uint8 [images, size, size, 3]. */
  images: output,
  /** `table.csv`: a row for each image. */
  table: output,
  /** `dataset.json`: name, classes and origin. */
  dataset: output,
};

export const DATA = {
  /** `images.safetensors` of ingest. */
  images: input,
  /** `table.csv` of ingest. */
  table: input,
  /** `dataset.json` of ingest. */
  dataset: input,
  /** `split.csv`. */
  split: input,
};
