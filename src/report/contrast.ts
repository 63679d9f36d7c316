/** The declared differences of a study, in words. */
import type { EvaluatedContrast } from '../formats/evaluation.ts';
import type { Compared } from './compared.ts';
import { LONGER, methodName, NO_PRETRAINING, type Cell, type Cells } from './model.ts';

export type Kind = 'against none' | 'against longer' | 'start' | 'declared';

export interface AskedContrast {
  readonly kind: Kind;
  readonly model: string;
  readonly against: string;
  /** The question in a few words: `SimCLR from random`. */
  readonly note: string;
  readonly difference: EvaluatedContrast['metrics'][string];
}

export function contrastsIn({ contrasts, models }: Compared, metric: string): AskedContrast[] {
  return contrasts.flatMap(({ model, against, metrics }) => {
    const difference = metrics[metric];
    const [cell, other] = [cellOf(model, models), cellOf(against, models)];
    return difference === undefined || cell === undefined || other === undefined
      ? []
      : [{ ...kindOf(cell, other), model, against, difference }];
  });
}

const cellOf = (model: string, cells: Cells): Cell | undefined => cells.find((cell) => cell.model === model);

function kindOf(cell: Cell, other: Cell): Pick<AskedContrast, 'kind' | 'note'> {
  if (cell.start === other.start && cell.pretraining !== NO_PRETRAINING) {
    const trained =
      cell.pretraining === LONGER
        ? `longer training from ${cell.start}`
        : `${methodName(cell.pretraining)} from ${cell.start}`;
    if (other.pretraining === NO_PRETRAINING) return { kind: 'against none', note: trained };
    if (other.pretraining === LONGER) return { kind: 'against longer', note: `${trained}, not longer training` };
  }
  if (cell.pretraining === NO_PRETRAINING && other.pretraining === NO_PRETRAINING)
    return { kind: 'start', note: `${cell.start}, not ${other.start}` };
  return { kind: 'declared', note: '' };
}

/** How sure a declared difference is: after the adjustment for all of them, only by itself, or not at all. */
export type Certainty = 'adjusted' | 'alone' | 'open';

export function certaintyOf({ mean, p, adjusted }: AskedContrast['difference'], level: number): Certainty {
  if (mean === null || p === null || adjusted === null || mean === 0 || p > 1 - level) return 'open';
  return adjusted <= 1 - level ? 'adjusted' : 'alone';
}
