/** The predictions of a trained classifier, written as the labels of the data set want it. */
import type { Dataset } from '../../src/formats/dataset.ts';
import type { Subset } from '../../src/formats/subset.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import { writeFindingPredictions } from '../../src/learn/eval/findings/predictions.ts';
import { writePredictions } from '../../src/learn/eval/predictions.ts';
import { subsetPredictions, type LabeledRows } from '../../src/learn/train/data.ts';
import { findingPredictions } from '../../src/learn/train/finding-data.ts';

interface Answers {
  readonly dataset: Pick<Dataset, 'task' | 'classes'>;
  readonly data: LabeledRows;
  readonly subsets: readonly Subset[];
  /** [images, classes], of the subsets one after the other. */
  readonly probabilities: Float64Array;
}

export async function writeAnswers(path: string, { dataset, data, subsets, probabilities }: Answers): Promise<void> {
  const { task, classes } = dataset;
  if (task === 'findings')
    await writeFindingPredictions(path, findingPredictions(data, classes, subsets, probabilities));
  else await writePredictions(path, subsetPredictions(data, classes, subsets, probabilities));
}

/** Throws DatasetError for findings: `stage` needs classes that exclude each other. */
export function requireClasses({ task, title }: Dataset, stage: string): void {
  if (task !== 'findings') return;
  throw new DatasetError(
    `${title} has findings, of which an image may have several; the stage ${stage} needs classes that exclude each ` +
      'other. Leave the stage out: pretext-study/pipelines/findings.json is the study of findings.',
  );
}
