/**
 * Metrics of several seeds as they are written: rounded, null if they are not defined, intervals from the bootstrap.
 */
import { significant } from '../../util/number.ts';
import { drawResamples, type BootstrapOptions, type ConfidenceInterval } from './bootstrap.ts';
import { supportedInterval } from './interval.ts';
import type { Judge } from './judge.ts';
import type { MetricList } from './metrics.ts';
import type { AnswerTable } from './predictions.ts';
import type { AlignedRuns } from './runs.ts';
import { uniformWeights, rowsOfSubset, type Metric, type ScoredImages } from './scored.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { uncertaintiesOf, uncertaintyOfDifference, type Uncertainty } from './uncertainty.ts';
import { at, entry } from '../../util/known.ts';

/** The uncertainty of every metric of every model, then of those of single classes, over the test subset. */
export function uncertaintiesByModel<Table extends AnswerTable, Scored extends ScoredImages>(
  { models, of, shared }: AlignedRuns<Table>,
  { metrics, byClass, needed, scored }: Judge<Table, Scored>,
  options: BootstrapOptions,
): Map<string, Uncertainty[]> {
  const tested = rowsOfSubset(shared, 'test').map((row) => at(shared.images, row));
  const numberOf = new Map([...new Set(tested.map(({ group }) => group))].map((name, i) => [name, i]));
  const groupOf = Int32Array.from(tested, ({ group }) => entry(numberOf, group));
  const labels = tested.map(({ label }) => label);
  const groupsByClass = shared.classes.flatMap((_, k) =>
    needed(labels, k).map((images) => [...new Set(images.map((image) => at(groupOf, image)))]),
  );
  const resamples = drawResamples(numberOf.size, options, groupsByClass);
  const plain = [...metrics, ...byClass(shared.classes)].map(({ metric }) => metric);
  return new Map(
    models.map((model) => {
      const tests = of(model).map((predictions) => scored(predictions, 'test'));
      return [model, uncertaintiesOf(plain, tests, groupOf, resamples)];
    }),
  );
}

/** Mean and standard deviation over seeds, with the interval of the mean. */
export function estimates(metrics: MetricList<never>, uncertainties: readonly Uncertainty[], level: number) {
  return byMetric(metrics, (_, m) => ({
    ...roundedMeanAndSd(at(uncertainties, m).values),
    ...intervalBounds(at(metrics, m), at(uncertainties, m), level),
  }));
}

export function unweighted<Scored extends ScoredImages>(metric: Metric<Scored>, scored: Scored): number {
  return metric(scored)(uniformWeights(scored.labels.length));
}

export function byMetric<T, Scored>(
  metrics: MetricList<Scored>,
  of: (metric: Metric<Scored>, position: number) => T,
): Record<string, T> {
  return Object.fromEntries(metrics.map(({ name, metric }, m) => [name, of(metric, m)]));
}

/** The paired difference of two models, on the test subset. */
export function differences(
  metrics: MetricList<never>,
  model: readonly Uncertainty[],
  against: readonly Uncertainty[],
  level: number,
) {
  return byMetric(metrics, (_, m) => {
    const named = at(metrics, m);
    const difference = uncertaintyOfDifference(at(model, m), at(against, m));
    return {
      mean: orNull(meanAndSd(difference.values).mean),
      ...intervalBounds({ ...named, range: differenceRange(named) }, difference, level),
    };
  });
}

/** Null: the metric never has an interval, or too few groups decide this value. */
export function intervalBounds({ range, interval }: MetricList<never>[number], value: Uncertainty, level: number) {
  const [low, high] = interval ? supportedInterval(value, level, range) : [NaN, NaN];
  return { low: orNull(low), high: orNull(high) };
}

/** The range of the difference of two values. */
export function differenceRange({ range: [lowest, highest] }: MetricList<never>[number]): ConfidenceInterval {
  return [lowest - highest, highest - lowest];
}

export function roundedMeanAndSd(values: readonly number[]) {
  const { mean, sd } = meanAndSd(values);
  return { mean: orNull(mean), sd: orNull(sd) };
}

/** Rounded for writing; undefined values are null, because JSON has no NaN. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? significant(value) : null;
}
