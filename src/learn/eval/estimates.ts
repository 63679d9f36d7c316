/**
 * Metrics of several seeds as they are written: rounded, null if they are not defined, intervals from the bootstrap.
 */
import { significant } from '../../util/number.ts';
import {
  drawResamples,
  percentileInterval,
  replicatesOf,
  type BootstrapOptions,
  type ConfidenceInterval,
  type Replicates,
} from './bootstrap.ts';
import type { NamedMetrics } from './metrics.ts';
import type { AlignedRuns } from './runs.ts';
import { uniformWeights, rowsOfSubset, scoredSubset, type Metric, type ScoredPredictions } from './scored.ts';
import { meanAndSd } from './mean-and-sd.ts';
import { at, entry } from '../../util/known.ts';

/** Every metric of every model in every round of the bootstrap, over the test subset. */
export function replicatesByModel(
  { models, seeds, of, shared }: AlignedRuns,
  metrics: NamedMetrics,
  options: BootstrapOptions,
): Map<string, Replicates[]> {
  const names = rowsOfSubset(shared, 'test').map((row) => at(shared.images, row).group);
  const numberOf = new Map([...new Set(names)].map((name, i) => [name, i]));
  const groupOf = Int32Array.from(names, (name) => entry(numberOf, name));
  const draws = drawResamples(numberOf.size, seeds.length, options);
  const plain = metrics.map(({ metric }) => metric);
  return new Map(
    models.map((model) => [
      model,
      replicatesOf(
        plain,
        of(model).map((predictions) => scoredSubset(predictions, 'test')),
        groupOf,
        draws,
      ),
    ]),
  );
}

/** Mean and standard deviation over seeds, with the bootstrap's interval of the mean. */
export function estimates(
  tests: readonly ScoredPredictions[],
  metrics: NamedMetrics,
  rounds: readonly Replicates[],
  level: number,
) {
  return byMetric(metrics, (metric, m) => ({
    ...roundedMeanAndSd(tests.map((scored) => unweighted(metric, scored))),
    ...intervalBounds(at(rounds, m), level, at(metrics, m).range),
  }));
}

export function unweighted(metric: Metric, scored: ScoredPredictions): number {
  return metric(scored)(uniformWeights(scored.labels.length));
}

export function byMetric<T>(metrics: NamedMetrics, of: (metric: Metric, position: number) => T): Record<string, T> {
  return Object.fromEntries(metrics.map(({ name, metric }, m) => [name, of(metric, m)]));
}

export function intervalBounds(rounds: Replicates, level: number, range: ConfidenceInterval) {
  const [low, high] = percentileInterval(rounds, level, range);
  return { low: orNull(low), high: orNull(high) };
}

export function roundedMeanAndSd(values: readonly number[]) {
  const { mean, sd } = meanAndSd(values);
  return { mean: orNull(mean), sd: orNull(sd) };
}

/** Rounded for writing; undefined values are null, because JSON has no NaN. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? significant(value) : null;
}
