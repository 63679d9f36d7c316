/** The name of the guess that has seen no image. */
import type { Evaluation } from '../formats/evaluation.ts';

/** Of classes it names the most frequent one; of findings it has their frequencies alone. */
export const baselineName = ({ task }: Pick<Evaluation, 'task'>): string =>
  task === 'findings' ? 'frequencies alone' : 'majority class';
