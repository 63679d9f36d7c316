/**
 * Sends results to an MLflow server: one run for each, below one run for the study. A result is known by its study,
 * fingerprint and result, so that a second export adds nothing. An export that was cut off leaves a run that is not
 * finished, and the next one completes it.
 */
import type { Json, JsonObject } from '../../util/json.ts';
import type { Store } from '../store/store.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import type { OutputChoice } from '../results/chosen-outputs.ts';
import { endOf } from '../results/execution-facts.ts';
import { artifactsOf, proxiedFolder } from './artifacts.ts';
import type { MlflowClient } from './client.ts';
import {
  describeRun,
  FINGERPRINT,
  RESULT,
  STUDY,
  type ExportedResult,
  type MlflowMetric,
  type RunDescription,
} from './describe-run.ts';
import { MlflowError } from './mlflow-error.ts';

export interface StudyExport {
  readonly experiment: string;
  /** Name of the study, which is that of the pipeline. */
  readonly study: string;
  readonly results: readonly ExportedResult[];
  readonly artifacts: OutputChoice;
  readonly store: Store;
  readonly tell: (done: number, of: number) => void;
}

export interface StudyExportSummary {
  readonly experiment: string;
  /** Results that were sent, and those that the server had. */
  readonly sent: number;
  readonly known: number;
  readonly files: number;
  readonly bytes: number;
  /** The server keeps artifacts where only MLflow's own clients can write, so that none was sent. */
  readonly artifactsElsewhere?: string;
}

/** Throws MlflowError, DamagedBlobError. */
export async function exportStudy(client: MlflowClient, order: StudyExport): Promise<StudyExportSummary> {
  const experiment = await experimentId(client, order.experiment);
  const runs = await ownRuns(client, experiment, order.study);
  const parent = runs.find(({ tags }) => tags[KIND] === 'study') ?? (await createStudy(client, experiment, order));
  const known = new Map(runs.map((run) => [keyOf(run.tags), run]));
  let [sent, files, bytes, done] = [0, 0, 0, 0];
  let elsewhere: string | undefined;
  for (const result of order.results) {
    order.tell(done++, order.results.length);
    const description = describeRun(result, order.study, order.store);
    const there = known.get(keyOf(description.tags));
    if (there?.status === 'FINISHED') continue;
    const run = there ?? (await createRun(client, experiment, parent.id, description));
    await logMissing(client, run, description, there !== undefined);
    const uploaded = await sendArtifacts(client, run, result, order);
    files += uploaded.files;
    bytes += uploaded.bytes;
    elsewhere ??= uploaded.elsewhere;
    await finish(client, run.id, description.ended);
    sent++;
  }
  await finish(client, parent.id, Math.max(...order.results.map(({ record }) => endOf(record))));
  return {
    ...{ experiment: order.experiment, sent, known: order.results.length - sent, files, bytes },
    ...(elsewhere !== undefined && { artifactsElsewhere: elsewhere }),
  };
}

/** Tells the run of the study from those of its results. */
const KIND = 'pretext.kind';

/** A run on the server. */
interface ServerRun {
  readonly id: string;
  readonly status: string;
  readonly artifactUri: string;
  readonly tags: Readonly<Record<string, string>>;
}

const keyOf = (tags: Readonly<Record<string, string>>): string =>
  [tags[STUDY], tags[FINGERPRINT], tags[RESULT]].join('\n');

async function experimentId(client: MlflowClient, name: string): Promise<string> {
  const found = await client.get('experiments/get-by-name', { experiment_name: name }).catch((error: unknown) => {
    if (error instanceof MlflowError && error.status === 404) return undefined;
    throw error;
  });
  if (found === undefined) return textOf((await client.post('experiments/create', { name })).experiment_id);
  const { experiment_id: id, lifecycle_stage: stage } = objectOf(found.experiment);
  if (stage === 'deleted')
    throw new MlflowError(`the experiment ${JSON.stringify(name)} was deleted on ${client.url}`, {
      remedy: 'Restore it there, or name another one with --experiment.',
    });
  return textOf(id);
}

async function ownRuns(client: MlflowClient, experiment: string, study: string): Promise<ServerRun[]> {
  const runs: ServerRun[] = [];
  for (let page: Json | undefined = ''; page !== undefined;) {
    const answer: JsonObject = await client.post('runs/search', {
      experiment_ids: [experiment],
      filter: `tags.\`${KIND}\` LIKE '%'`,
      max_results: 1000,
      ...(page !== '' && { page_token: page }),
    });
    runs.push(...arrayOf(answer.runs).map(runOf));
    page = answer.next_page_token === '' ? undefined : answer.next_page_token;
  }
  return runs.filter(({ tags }) => tags[STUDY] === study);
}

function runOf(value: Json): ServerRun {
  const { info, data } = objectOf(value);
  const { run_id: id, status, artifact_uri: artifactUri } = objectOf(info);
  const tags = arrayOf(objectOf(data).tags).map((tag): [string, string] => {
    const { key, value: text } = objectOf(tag);
    return [textOf(key), textOf(text)];
  });
  return { id: textOf(id), status: textOf(status), artifactUri: textOf(artifactUri), tags: Object.fromEntries(tags) };
}

function createStudy(client: MlflowClient, experiment: string, { study, results }: StudyExport): Promise<ServerRun> {
  const tags = { [STUDY]: study, [KIND]: 'study' };
  const started = Math.min(...results.map(({ record }) => Date.parse(record.execution.started)));
  return create(client, experiment, study, started, tags);
}

function createRun(
  client: MlflowClient,
  experiment: string,
  parent: string,
  { name, started, tags }: RunDescription,
): Promise<ServerRun> {
  return create(client, experiment, name, started, { ...tags, [KIND]: 'result', 'mlflow.parentRunId': parent });
}

async function create(
  client: MlflowClient,
  experiment: string,
  name: string,
  started: number,
  tags: Readonly<Record<string, string>>,
): Promise<ServerRun> {
  const { run } = await client.post('runs/create', {
    experiment_id: experiment,
    run_name: name,
    start_time: started,
    tags: pairs(tags),
  });
  return runOf(run ?? null);
}

const METRICS_AT_ONCE = 1000;
const PARAMS_AT_ONCE = 100;

/** Metrics are appended there, so those of a run that was begun before are compared first. */
async function logMissing(
  client: MlflowClient,
  { id }: ServerRun,
  { params, metrics }: RunDescription,
  begun: boolean,
): Promise<void> {
  const there = begun ? await loggedMetrics(client, id, new Set(metrics.map(({ key }) => key))) : new Set<string>();
  const missing = metrics.filter((metric) => !there.has(metricKey(metric)));
  for (const some of portions(pairs(params), PARAMS_AT_ONCE))
    await client.post('runs/log-batch', { run_id: id, params: some });
  for (const some of portions(missing.map(metricJson), METRICS_AT_ONCE))
    await client.post('runs/log-batch', { run_id: id, metrics: some });
}

/** JSON has no NaN and no infinity; protocol buffers write them as texts. */
const metricJson = ({ key, value, step, timestamp }: MlflowMetric): JsonObject => ({
  ...{ key, step, timestamp },
  value: Number.isFinite(value) ? value : String(value),
});

const metricKey = ({ key, value, step, timestamp }: MlflowMetric): string => `${key} ${step} ${timestamp} ${value}`;

async function loggedMetrics(client: MlflowClient, run: string, keys: ReadonlySet<string>): Promise<Set<string>> {
  const found = new Set<string>();
  for (const key of keys) {
    for (let page: Json | undefined = ''; page !== undefined;) {
      const query = { run_id: run, metric_key: key, max_results: '10000' };
      const answer: JsonObject = await client.get('metrics/get-history', {
        ...query,
        ...(page !== '' && { page_token: textOf(page) }),
      });
      for (const metric of arrayOf(answer.metrics)) {
        const { value, step, timestamp } = objectOf(metric);
        found.add(metricKey({ key, value: Number(value), step: Number(step ?? 0), timestamp: Number(timestamp) }));
      }
      page = answer.next_page_token === '' ? undefined : answer.next_page_token;
    }
  }
  return found;
}

async function sendArtifacts(
  client: MlflowClient,
  { artifactUri }: ServerRun,
  { record }: ExportedResult,
  { artifacts: choice, store }: StudyExport,
): Promise<{ readonly files: number; readonly bytes: number; readonly elsewhere?: string }> {
  const artifacts = artifactsOf(record, choice, store);
  const folder = proxiedFolder(artifactUri);
  if (artifacts.length > 0 && folder === undefined) return { files: 0, bytes: 0, elsewhere: artifactUri };
  let bytes = 0;
  for (const artifact of artifacts) {
    const state = await store.verify(artifact.digest);
    if (state !== 'intact')
      throw new DamagedBlobError(artifact.digest, `${artifact.name} of ${record.instance}`, state);
    await client.putArtifact(`${folder}/${artifact.name}`, store.pathOf(artifact.digest), artifact.bytes);
    bytes += artifact.bytes;
  }
  return { files: artifacts.length, bytes };
}

async function finish(client: MlflowClient, run: string, ended: number): Promise<void> {
  await client.post('runs/update', { run_id: run, status: 'FINISHED', end_time: ended });
}

const pairs = (values: Readonly<Record<string, string>>): JsonObject[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }));

function* portions<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

const objectOf = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
/** Ids, names and addresses are texts in answers. */
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? ''));
const arrayOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
