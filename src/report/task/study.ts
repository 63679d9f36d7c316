/** The input of a report on answers that are scored image by image: masks, boxes. Nothing else enters the page. */
import type { Dataset } from '../../formats/dataset.ts';
import type { SplitSummary } from '../../formats/split-summary.ts';
import type { Trial } from '../../formats/trials.ts';
import type { Compared } from '../compared.ts';
import type { EmbeddedPicture } from '../picture.ts';
import type { Execution } from '../study.ts';

export interface TaskStudy<Own extends TaskDataset> {
  readonly title: string;
  /** The metric that the answer is given in. */
  readonly metric: string;
  readonly datasets: readonly Own[];
  /** Every execution behind the results, producers first. */
  readonly provenance: readonly Execution[];
  /** The command lines that make this page again. */
  readonly rerun: readonly string[];
}

export interface TaskDataset<
  Evaluation extends TaskEvaluation = TaskEvaluation,
  Epoch extends TaskEpoch = TaskEpoch,
  Tried extends TaskTrial = TaskTrial,
> {
  readonly title: string;
  readonly about: Dataset;
  readonly split: SplitSummary;
  readonly evaluation: Evaluation;
  /** The pictures of `evaluation.examples`. */
  readonly pictures: EmbeddedPicture;
  readonly fineTuning: readonly TaskFineTuning<Epoch>[];
  readonly trials: readonly TriedTaskModel<Tried>[];
}

export interface TaskEvaluation extends Compared {
  readonly counts: Readonly<
    Record<'train' | 'validation' | 'test', { readonly images: number; readonly groups: number }>
  >;
  readonly baselines: readonly { readonly name: string; readonly test: Readonly<Record<string, number | null>> }[];
  readonly examples: readonly { readonly rank: string; readonly image: string }[];
}

export interface TaskEpoch {
  readonly epoch: number;
}

export interface TaskFineTuning<Epoch extends TaskEpoch> {
  readonly model: string;
  readonly seed: number;
  readonly epochs: readonly Epoch[];
}

export type TaskTrial = Pick<Trial, 'params'>;

interface TriedTaskModel<Tried extends TaskTrial> {
  readonly model: string;
  readonly trials: readonly Tried[];
  /** Position in `trials`. */
  readonly chosen: number;
}
