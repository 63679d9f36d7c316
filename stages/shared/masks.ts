/** Images with masks as files: the outputs of the stages that make them. */
import { output } from '../../src/stage/index.ts';
import { DATASET_OUTPUTS } from './data.ts';

export const MASKED_OUTPUTS = {
  ...DATASET_OUTPUTS,
  /** `masks.safetensors`: uint8 [images, size, size], class numbers, in the squares of the images. */
  masks: output,
  /** `masks/`: a PNG for each row at the size of its image, class numbers as gray values. */
  originals: output,
};
