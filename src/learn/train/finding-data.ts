/** The findings of images, as trainings and probes read them. */
import type { Subset } from '../../formats/subset.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { at, entry } from '../../util/known.ts';
import { DatasetError } from '../dataset/error.ts';
import { parseFindings, type FindingStates } from '../dataset/findings.ts';
import type { FindingPredictions } from '../eval/findings/predictions.ts';
import { predictedImages, requireTwoSubsets, type LabeledRows } from './data.ts';

/** Throws DatasetError on a finding that is not among `findings`. */
export const findingsOf = (
  { rows }: LabeledRows,
  indices: readonly number[],
  findings: readonly string[],
): FindingStates[] => indices.map((index) => parseFindings(at(rows, index).label, findings, at(rows, index).image));

/** States of the validation subset. Throws DatasetError if nothing could be chosen by it. */
export function validationFindings(data: LabeledRows, findings: readonly string[]): FindingStates[] {
  requireTwoSubsets(data);
  const states = findingsOf(data, data.split.validation, findings);
  const judged = findings.some((_, k) => [0, 1].every((state) => states.some((own) => own[k] === state)));
  if (!judged)
    throw new DatasetError(
      `All or none of the ${states.length} validation images have each finding, so no AUC can select by them. A larger ` +
        'validation subset is needed.',
    );
  return states;
}

/** States of a batch as a step is fed them: int32 [B, findings], -1 where a label is not known. */
export const statesBatch = (
  statesOf: ReadonlyMap<number, FindingStates>,
  indices: readonly number[],
  findings: number,
): HostTensor<'int32'> => ({
  dtype: 'int32',
  shape: [indices.length, findings],
  data: Int32Array.from(indices.flatMap((image) => entry(statesOf, image))),
});

/** Predictions of whole subsets, whose probabilities [images, findings] follow each other in the order of `subsets`. */
export const findingPredictions = (
  data: LabeledRows,
  classes: readonly string[],
  subsets: readonly Subset[],
  probabilities: Float64Array,
): FindingPredictions => ({
  classes,
  images: predictedImages(data, subsets, (indices) => findingsOf(data, indices, classes)),
  probabilities,
});
