/** The parts of a supervised training that depend on the kind of labels. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { significant } from '../../util/number.ts';
import { at } from '../../util/known.ts';
import { DatasetError } from '../dataset/error.ts';
import { macroAuc } from '../eval/auc.ts';
import { sigmoid } from '../eval/findings/calibration.ts';
import { unweighted } from '../eval/estimates.ts';
import { findingAccuracy, findingAuc, findingLoss } from '../eval/findings/metrics.ts';
import type { ScoredFindings } from '../eval/findings/scored-findings.ts';
import type { Metric } from '../eval/scored.ts';
import { classesByImage, labelBatch, labelsOf, validationLabels, type LabeledRows } from './data.ts';
import { findingsOf, statesBatch, validationFindings } from './finding-data.ts';
import type { FitSettings } from './fit-settings.ts';
import { LOG_PROBABILITIES, LOGITS, type Head } from './inference.ts';
import { balancedClassWeights } from './supervised.ts';

export type ValidationRow = Readonly<{ loss: number; accuracy: number; auc: number }>;

export interface Labeling {
  /** Shape of the labels of one image: `[]` for the number of a class, `[findings]` for states. */
  readonly shape: readonly number[];
  /** The weight of an image of each class, or of each finding. */
  readonly weights: readonly number[];
  /** Labels of training images, as a step is fed them: int32 [B, ...shape]. */
  readonly batch: (indices: readonly number[]) => HostTensor<'int32'>;
  /** The answers of a network that is asked about images. */
  readonly head: Head;
  /** From these answers, row-major [n, classes]. */
  readonly probabilities: (answers: Float32Array) => Float64Array;
  /** From the answers on the validation subset. */
  readonly validate: (answers: Float32Array) => ValidationRow;
}

type LabelingSettings = Pick<FitSettings, 'task' | 'classes' | 'classWeights'>;

/** Throws DatasetError if a label is not one of the classes, or the validation subset can judge nothing. */
export const labelingOf = (data: LabeledRows, settings: LabelingSettings): Labeling =>
  settings.task === 'findings' ? labelFindings(data, settings) : labelClasses(data, settings);

function labelClasses(data: LabeledRows, { classes, classWeights }: LabelingSettings): Labeling {
  const trained = labelsOf(data, data.split.train, classes);
  const validation = validationLabels(data, classes);
  const classOf = classesByImage(data, data.split.train, classes);
  return {
    shape: [],
    weights: classWeights === 'balanced' ? balancedClassWeights(trained, classes.length) : classes.map(() => 1),
    batch: (indices) => labelBatch(classOf, indices),
    head: LOG_PROBABILITIES,
    probabilities: (logs) => Float64Array.from(logs, Math.exp),
    validate: (logs) => validateClasses(logs, validation, classes.length),
  };
}

function validateClasses(logs: Float32Array, labels: Int32Array, classes: number): ValidationRow {
  let loss = 0;
  let right = 0;
  labels.forEach((label, i) => {
    const own = logs.subarray(i * classes, (i + 1) * classes);
    loss -= at(own, label);
    if (own.indexOf(Math.max(...own)) === label) right++;
  });
  const auc = macroAuc(logs.map(Math.exp), labels, classes);
  return {
    loss: significant(loss / labels.length),
    accuracy: significant(right / labels.length),
    auc: significant(auc),
  };
}

export const NO_WEIGHTS_OF_FINDINGS =
  'classWeights is "balanced", but the data set has findings that do not exclude each other, so no class can be ' +
  'weighed. Set "classWeights": "none". The AUC does not depend on how frequent a finding is.';

function labelFindings(data: LabeledRows, { classes, classWeights }: LabelingSettings): Labeling {
  if (classWeights === 'balanced') throw new DatasetError(NO_WEIGHTS_OF_FINDINGS);
  const validation = validationFindings(data, classes);
  const states = new Map(
    findingsOf(data, data.split.train, classes).map((own, i) => [at(data.split.train, i), own] as const),
  );
  const probabilities = (logits: Float32Array) => Float64Array.from(logits, sigmoid);
  return {
    shape: [classes.length],
    weights: classes.map(() => 1),
    batch: (indices) => statesBatch(states, indices, classes.length),
    head: LOGITS,
    probabilities,
    validate: (logits) => {
      const scored = { classes: classes.length, labels: validation, probabilities: probabilities(logits) };
      const rounded = (metric: Metric<ScoredFindings>) => significant(unweighted(metric, scored));
      return { loss: rounded(findingLoss), accuracy: rounded(findingAccuracy), auc: rounded(findingAuc) };
    },
  };
}
