/** From predictions at training size to scores at the size of the pictures. */
import type { Subset } from '../../../formats/subset.ts';
import { entry } from '../../../util/known.ts';
import { DatasetError } from '../../dataset/error.ts';
import type { Mask } from './mask.ts';
import { maskAtOriginalSize, type Prediction } from './original-size.ts';
import type { readMaskPredictions } from './predictions.ts';
import { scoreMask } from './score.ts';
import type { ScoredMasks } from './scored-masks.ts';

type MaskPredictions = Awaited<ReturnType<typeof readMaskPredictions>>;

/** The masks that were drawn by people, by row: those of validation and test images. */
export type TrueMasks = ReadonlyMap<number, Mask>;

/** `classes` counts the background. */
export const scorePrediction = (prediction: Prediction, wanted: Mask, classes: number): ScoredMasks[number] =>
  scoreMask(maskAtOriginalSize(prediction, wanted), wanted, classes);

/** The scores of the images of one subset, in their order. Throws DatasetError if one was not predicted. */
export function scoreSubset(
  predictions: MaskPredictions,
  indices: readonly number[],
  truth: TrueMasks,
  { classes, file, subset }: { readonly classes: number; readonly file: string; readonly subset: Subset },
): ScoredMasks {
  const positions = new Map(predictions.indices.map((index, position) => [index, position]));
  return indices.map((index) => {
    const position = positions.get(index);
    if (position === undefined)
      throw new DatasetError(
        `${file} has no mask of image ${index} of the ${subset} subset; both must be of one split.`,
      );
    const prediction = predictions.of(position);
    if (prediction.classes !== classes)
      throw new DatasetError(`${file} tells ${prediction.classes} classes apart, the data set has ${classes}.`);
    return scorePrediction(prediction, entry(truth, index), classes);
  });
}

/** A mask at training size as if a network had been sure of it. */
export function certain(mask: Mask, classes: number): Prediction {
  const values = new Float32Array(mask.data.length * classes);
  mask.data.forEach((found, pixel) => (values[pixel * classes + found] = 1));
  return { values, side: mask.width, classes };
}
