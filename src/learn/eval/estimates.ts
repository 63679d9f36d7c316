/** Metrics of several seeds as they are written: rounded, null where they are not defined, intervals from the bootstrap. */
import { significant } from '../../util/number.ts';
import {
  drawRounds,
  percentileInterval,
  roundsOf,
  type BootstrapOptions,
  type Interval,
  type Rounds,
} from './bootstrap.ts';
import type { NamedMetrics } from './metrics.ts';
import type { ComparableRuns } from './runs.ts';
import { evenly, rowsOf, scoredPart, type Metric, type Scored } from './scored.ts';
import { spreadOf } from './spread.ts';

/** Of every model, every metric in every round of the bootstrap, over the test part. */
export function roundsByModel(
  { models, seeds, of, shared }: ComparableRuns,
  metrics: NamedMetrics,
  options: BootstrapOptions,
): Map<string, Rounds[]> {
  const names = rowsOf(shared, 'test').map((row) => shared.images[row]!.group);
  const numberOf = new Map([...new Set(names)].map((name, i) => [name, i]));
  const groupOf = Int32Array.from(names, (name) => numberOf.get(name)!);
  const draws = drawRounds(numberOf.size, seeds.length, options);
  const plain = metrics.map(({ metric }) => metric);
  return new Map(
    models.map((model) => [
      model,
      roundsOf(
        plain,
        of(model).map((predictions) => scoredPart(predictions, 'test')),
        groupOf,
        draws,
      ),
    ]),
  );
}

/** Mean and standard deviation over seeds, with the bootstrap's interval of the mean. */
export function estimates(tests: readonly Scored[], metrics: NamedMetrics, rounds: readonly Rounds[], level: number) {
  return byMetric(metrics, (metric, m) => ({
    ...spread(tests.map((scored) => unweighted(metric, scored))),
    ...bounds(rounds[m]!, level, metrics[m]!.range),
  }));
}

export function unweighted(metric: Metric, scored: Scored): number {
  return metric(scored)(evenly(scored.labels.length));
}

export function byMetric<T>(metrics: NamedMetrics, of: (metric: Metric, position: number) => T): Record<string, T> {
  return Object.fromEntries(metrics.map(({ name, metric }, m) => [name, of(metric, m)]));
}

export function bounds(rounds: Rounds, level: number, range: Interval) {
  const [low, high] = percentileInterval(rounds, level, range);
  return { low: orNull(low), high: orNull(high) };
}

export function spread(values: readonly number[]) {
  const { mean, sd } = spreadOf(values);
  return { mean: orNull(mean), sd: orNull(sd) };
}

/** Rounded for writing; what is not defined is null, as JSON has no NaN. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? significant(value) : null;
}
