/** The differences that a study asks about, with intervals and p-values that hold for all of them together. */
import type { EvaluatedContrast } from '../../formats/evaluation.ts';
import { DatasetError } from '../dataset/error.ts';
import { at, entry } from '../../util/known.ts';
import { percentileInterval } from './bootstrap.ts';
import { byMetric, differenceRange, orNull } from './estimates.ts';
import { holmAdjusted, pValueOf, supportedInterval } from './interval.ts';
import { meanAndSd } from './mean-and-sd.ts';
import type { MetricList } from './metrics.ts';
import { roundsOf, uncertaintyOfDifference, type Uncertainty } from './uncertainty.ts';

interface Cell {
  readonly model: string;
  readonly start: string;
  readonly pretraining: string;
}

/** Two models; `model` minus `against` is asked about. */
export type Contrast = readonly [model: string, against: string];

export interface DeclaredContrasts {
  /** The model that the other starts are compared with; the first model without it. */
  readonly baseline?: string | undefined;
  /** Instead of the contrasts that follow from starts and pre-training. */
  readonly contrasts?: readonly Contrast[] | undefined;
}

const NONE = 'none';
const LONGER = 'longer';

/**
 * Throws DatasetError for an unknown model. Without declared contrasts, these are asked about, in the order of models:
 * each pre-training against none and against longer training of the same start, and each start against the baseline's
 * start without pre-training.
 */
export function contrastsOf(cells: readonly Cell[], { baseline, contrasts }: DeclaredContrasts): Contrast[] {
  const names = cells.map(({ model }) => model);
  for (const model of [...(contrasts ?? []).flat(), ...(baseline === undefined ? [] : [baseline])])
    if (!names.includes(model))
      throw new DatasetError(`contrasts: there is no model "${model}"; the models are ${names.join(', ')}.`);
  if (contrasts !== undefined) return [...contrasts];
  const base = cells.find(({ model }) => model === (baseline ?? names[0]));
  return cells.flatMap((cell) => {
    const sameStart = (pretraining: string) =>
      cells.filter((other) => other.start === cell.start && other.pretraining === pretraining);
    if (cell.pretraining === NONE)
      return cells
        .filter((other) => other.pretraining === NONE && other.start === base?.start && other.start !== cell.start)
        .map((other): Contrast => [cell.model, other.model]);
    const others = cell.pretraining === LONGER ? sameStart(NONE) : [...sameStart(NONE), ...sameStart(LONGER)];
    return others.map((other): Contrast => [cell.model, other.model]);
  });
}

/**
 * The family of the adjustments is all contrasts of one metric in one data set. Simultaneous intervals have
 * Bonferroni's level: all of them hold the truth in at least `level` of studies.
 */
export function evaluateContrasts(
  contrasts: readonly Contrast[],
  uncertainties: ReadonlyMap<string, readonly Uncertainty[]>,
  metrics: MetricList<never>,
  level: number,
): EvaluatedContrast[] {
  const families = metrics.map((named, m) => {
    const differences = contrasts.map(([model, against]) =>
      uncertaintyOfDifference(at(entry(uncertainties, model), m), at(entry(uncertainties, against), m)),
    );
    const pValues = differences.map((difference) => (named.interval ? pValueOf(difference) : NaN));
    const adjusted = holmAdjusted(pValues);
    const tested = pValues.filter((p) => !Number.isNaN(p)).length;
    const range = differenceRange(named);
    return differences.map((difference, c) => {
      const open = Number.isNaN(at(pValues, c));
      const [low, high] = open ? [NaN, NaN] : supportedInterval(difference, level, range);
      const wide = open ? [NaN, NaN] : percentileInterval(roundsOf(difference), 1 - (1 - level) / tested, range);
      return {
        mean: orNull(meanAndSd(difference.values).mean),
        low: orNull(low),
        high: orNull(high),
        p: orNull(at(pValues, c)),
        adjusted: orNull(at(adjusted, c)),
        simultaneous: { low: orNull(at(wide, 0)), high: orNull(at(wide, 1)) },
      };
    });
  });
  return contrasts.map(([model, against], c) => ({
    model,
    against,
    metrics: byMetric(metrics, (_, m) => at(at(families, m), c)),
  }));
}
