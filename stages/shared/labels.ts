/** The names of models, as a pipeline gives them to the cells of its study. */
import type { Cell } from '../../src/learn/eval/runs.ts';

export type Labels = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** `M2`; without a label `random`, or `random + simclr`. */
export function labelOf({ start, pretraining }: Cell, labels: Labels): string {
  return labels[start]?.[pretraining] ?? (pretraining === 'none' ? start : `${start} + ${pretraining}`);
}
