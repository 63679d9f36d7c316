/** The parts of an evaluation that every task has: models with their scores, and the differences between them. */
import type { Evaluation, ModelEvaluation } from '../formats/evaluation.ts';

export interface Compared extends Pick<Evaluation, 'metrics' | 'seeds' | 'bootstrap' | 'differences' | 'contrasts'> {
  readonly models: readonly ComparedModel[];
}

interface ComparedModel extends Pick<ModelEvaluation, 'model' | 'start' | 'pretraining'> {
  readonly seeds: readonly Pick<ModelEvaluation['seeds'][number], 'seed' | 'test'>[];
  readonly summary: Pick<ModelEvaluation['summary'], 'test'>;
}

/** A data set by its name for readers. */
export interface ComparedDataset {
  readonly title: string;
  readonly evaluation: Compared;
}
