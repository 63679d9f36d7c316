/** A result as MLflow has runs: tags, parameters, metrics and files. */
import type { RunRecord } from '../../formats/run-record.ts';
import { digestOf } from '../../util/digest.ts';
import type { Json } from '../../util/json.ts';
import { codeDigestOf, endOf, namedParams } from '../results/execution-facts.ts';
import { metricValues } from '../results/metric-values.ts';
import { parsePoints } from '../series/read-series.ts';
import { ScalarReader } from '../series/scalar.ts';
import type { MetricPoint } from '../series/series-file.ts';
import { recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { mlflowName } from './names.ts';

/** A result to send. */
export interface ExportedResult {
  readonly record: RunRecord;
  /** Its outputs with `"metrics": true` in the pipeline file. */
  readonly metricOutputs: readonly string[];
}

export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
}

export interface RunDescription {
  readonly name: string;
  readonly started: number;
  readonly ended: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: readonly MlflowMetric[];
}

/** The tags by which a run is found again. */
export const STUDY = 'pretext.study';
export const FINGERPRINT = 'pretext.fingerprint';
export const RESULT = 'pretext.result';

const LONGEST_PARAM = 6000;

export function describeRun(result: ExportedResult, study: string, store: Store): RunDescription {
  const { record } = result;
  const ended = endOf(record);
  return {
    name: record.instance,
    started: Date.parse(record.execution.started),
    ended,
    tags: tagsOf(record, study),
    params: paramsOf(record),
    metrics: [...reportedMetrics(record, ended, store), ...metricsInOutputs(result, ended, store)],
  };
}

function tagsOf(record: RunRecord, study: string): Record<string, string> {
  const { identity, outputs, execution } = record;
  const inputs = Object.entries(identity.inputs).flatMap(([name, input]): [string, string][] => {
    if (input.kind === 'none') return [];
    const digest = input.kind === 'gather' ? input.members.map((each) => each.digest).join(' ') : input.digest;
    return [[mlflowName(`pretext.input.${name}`), digest]];
  });
  return {
    [STUDY]: study,
    [FINGERPRINT]: record.fingerprint,
    [RESULT]: recordKeyOf(record).result,
    'pretext.instance': record.instance,
    'pretext.stage': record.stage,
    'pretext.code': codeDigestOf(record),
    ...Object.fromEntries(inputs.map(([name, digest]) => [name, shortened(digest)])),
    ...Object.fromEntries(
      Object.entries(outputs).map(([name, { digest }]) => [mlflowName(`pretext.output.${name}`), digest]),
    ),
    ...Object.fromEntries(
      Object.entries(execution.notes).map(([name, note]) => [
        mlflowName(`pretext.note.${name}`),
        shortened(textOf(note)),
      ]),
    ),
  };
}

/** Axes as `axis.seed`, members of objects as `schedule.kind`. */
function paramsOf(record: RunRecord): Record<string, string> {
  const axes = Object.entries(record.axes).map(([name, value]) => [`axis.${name}`, value] as const);
  const all = [...namedParams(record), ...axes];
  return Object.fromEntries(all.map(([name, value]) => [mlflowName(name), shortened(textOf(value))]));
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** MLflow would cut it silently. */
const shortened = (text: string): string =>
  text.length <= LONGEST_PARAM ? text : `${text.slice(0, LONGEST_PARAM - 100)}... sha256 ${digestOf(text)}`;

/** The whole series; of a record without one, the last value of each metric. */
function reportedMetrics({ execution }: RunRecord, ended: number, store: Store): MlflowMetric[] {
  const text = execution.series && store.text(execution.series.digest);
  const last = Object.entries(execution.metrics).map(([name, value]): MetricPoint => ({ name, value, time: ended }));
  const scalars = new ScalarReader();
  return (text === undefined ? last : parsePoints(text)).flatMap((point) => {
    const scalar = scalars.read(point);
    if (scalar === undefined) return [];
    const { name, value, step, time } = scalar;
    return [{ key: mlflowName(name), value, step, timestamp: time }];
  });
}

/** Numbers in JSON and CSV that `pipeline diff` compares. */
function metricsInOutputs({ record, metricOutputs }: ExportedResult, ended: number, store: Store): MlflowMetric[] {
  return metricOutputs.flatMap((name) => {
    const output = record.outputs[name];
    const text = output?.kind === 'file' ? store.text(output.digest) : undefined;
    if (output === undefined || text === undefined) return [];
    return [...(metricValues(output.file, text) ?? [])].flatMap(([key, value]) =>
      typeof value === 'number'
        ? [{ key: mlflowName(`${name}/${key.replaceAll('/', '_')}`), value, step: 0, timestamp: ended }]
        : [],
    );
  });
}
