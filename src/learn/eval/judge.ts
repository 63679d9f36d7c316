/** The parts of an evaluation that depend on the kind of labels: classes that exclude each other, or findings. */
import type { ModelEvaluation } from '../../formats/evaluation.ts';
import type { MetricName } from '../../formats/metric.ts';
import type { Subset } from '../../formats/subset.ts';
import type { Uncertainty } from './uncertainty.ts';
import type { MetricList } from './metrics.ts';
import type { AnswerTable } from './predictions.ts';
import type { ScoredImages } from './scored.ts';

export interface Judge<Table extends AnswerTable, Scored extends ScoredImages> {
  /** Absent for classes that exclude each other. */
  readonly task?: 'findings';
  /** In the order of tables. */
  readonly metrics: MetricList<Scored, MetricName>;
  readonly scored: (predictions: Table, subset: Subset) => Scored;
  /** True if an image counts among those of class `k`. */
  readonly isOf: (label: Table['images'][number]['label'], k: number) => boolean;
  /** The positions of images that a resample must not lack, such as those of one class. */
  readonly needed: (labels: readonly Table['images'][number]['label'][], k: number) => readonly (readonly number[])[];
  /** Metrics of single classes, with intervals; none for some kinds. */
  readonly byClass: (classes: readonly string[]) => MetricList<Scored>;
  /** A guess that knows the training labels alone, and its class where it has one. */
  readonly baseline: (training: Scored, test: Scored) => { readonly test: Scored; readonly predicted: number | null };
  readonly details: (model: ModelAnswers<Scored>) => Details;
}

/** The answers of one model, by seed. */
export interface ModelAnswers<Scored> {
  readonly classes: readonly string[];
  readonly validation: readonly Scored[];
  readonly tests: readonly Scored[];
  /** By class, as `byClass` names their metrics. */
  readonly uncertainties: readonly Uncertainty[];
  readonly level: number;
}

export type Details = Pick<ModelEvaluation, 'confusion' | 'byClass' | 'calibration' | 'curves'>;
