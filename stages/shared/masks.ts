/** Images with masks as files: the outputs of the stages that make them, and the inputs of those that train on them. */
import { input, output } from '../../src/stage/index.ts';
import { DATA, DATASET_OUTPUTS } from './data.ts';

export const MASKED_OUTPUTS = {
  ...DATASET_OUTPUTS,
  /** `masks.safetensors`: uint8 [images, size, size], class numbers, in the squares of the images. */
  masks: output,
  /** `masks/`: a PNG for each row at the size of its image, class numbers as gray values. */
  originals: output,
};

export const MASKED_DATA = {
  ...DATA,
  /** `masks.safetensors` of ingest-masks. */
  masks: input,
};
