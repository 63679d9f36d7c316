/** Compares two sides; the largest differences come first. */
import type { Json, Scalar } from '../../util/json.ts';
import { significant } from '../../util/number.ts';
import type { InstanceId } from '../../formats/identity.ts';
import { paramDifferences } from '../../runner/plan/compare.ts';
import { metricValues, type MetricValues } from '../../runner/results/metric-values.ts';
import type { MetricsFile, ComparedSide } from './side.ts';

export interface Comparison {
  readonly from: string;
  readonly to: string;
  readonly params: readonly { readonly path: string; readonly before?: Json; readonly after?: Json }[];
  readonly metrics: readonly MetricChange[];
  /** Instances that have results on one side only. */
  readonly added: readonly InstanceId[];
  readonly removed: readonly InstanceId[];
  /** Metrics that could not be compared. */
  readonly missing: readonly MissingMetrics[];
}

export interface MetricChange {
  readonly instance: InstanceId;
  readonly output: string;
  readonly metric: string;
  readonly before?: Scalar;
  readonly after?: Scalar;
  /** After minus before, if both are numbers. */
  readonly delta?: number;
}

export interface MissingMetrics {
  readonly instance: InstanceId;
  readonly output: string;
  readonly side: string;
  readonly reason: 'not in this store' | 'not JSON and not CSV';
}

export async function compareSides(from: ComparedSide, to: ComparedSide): Promise<Comparison> {
  const missing: MissingMetrics[] = [];
  const changes: MetricChange[][] = [];
  for (const [instance, after] of to.instances) {
    const before = from.instances.get(instance);
    if (before !== undefined) changes.push(await metricChanges(instance, { from, to }, before, after, missing));
  }
  return {
    from: from.name,
    to: to.name,
    params: paramDifferences(from.params, to.params).map(({ path, before, after }) => ({
      path,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    })),
    metrics: changes
      .map(byRelevance)
      .sort(([a], [b]) => relevance(b) - relevance(a))
      .flat(),
    added: [...to.instances.keys()].filter((id) => !from.instances.has(id)),
    removed: [...from.instances.keys()].filter((id) => !to.instances.has(id)),
    missing,
  };
}

/** Files of one digest are not even read. */
async function metricChanges(
  instance: InstanceId,
  { from, to }: { readonly from: ComparedSide; readonly to: ComparedSide },
  before: readonly MetricsFile[],
  after: readonly MetricsFile[],
  missing: MissingMetrics[],
): Promise<MetricChange[]> {
  const valuesOf = async (file: MetricsFile | undefined, side: ComparedSide): Promise<MetricValues | undefined> => {
    if (file === undefined) return new Map();
    const text = await file.text();
    const values = text === undefined ? undefined : metricValues(file.file, text);
    if (values === undefined)
      missing.push({
        instance,
        output: file.output,
        side: side.name,
        reason: text === undefined ? 'not in this store' : 'not JSON and not CSV',
      });
    return values;
  };
  const changes: MetricChange[] = [];
  for (const output of new Set([...before, ...after].map((file) => file.output))) {
    const [old, now] = [before.find((file) => file.output === output), after.find((file) => file.output === output)];
    if (old?.digest === now?.digest) continue;
    const [a, b] = [await valuesOf(old, from), await valuesOf(now, to)];
    if (a !== undefined && b !== undefined) changes.push(...valueChanges(instance, output, a, b));
  }
  return changes;
}

function valueChanges(instance: InstanceId, output: string, a: MetricValues, b: MetricValues): MetricChange[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((metric): MetricChange[] => {
    const [before, after] = [a.get(metric), b.get(metric)];
    if (before === after) return [];
    const delta = typeof before === 'number' && typeof after === 'number' ? { delta: significant(after - before) } : {};
    return [
      {
        instance,
        output,
        metric,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
        ...delta,
      },
    ];
  });
}

const byRelevance = (changes: readonly MetricChange[]): MetricChange[] =>
  [...changes].sort((a, b) => relevance(b) - relevance(a));

/** Relative to the larger of the two, so between 0 and 2. Differences other than numbers come last. */
function relevance(change: MetricChange | undefined): number {
  if (change?.delta === undefined) return 0;
  return Math.abs(change.delta) / Math.max(Math.abs(change.before as number), Math.abs(change.after as number));
}
