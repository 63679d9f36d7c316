/** The lines of `pipeline run --json`. `type` tells the other fields. */
import { Type, type Static, type TProperties } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { DiagnosticDocumentSchema } from './diagnostic.ts';
import { FailureSchema } from './failure.ts';
import { count, real, text, texts } from './fields.ts';
import { axes, fingerprint, instanceId, json } from './identity.ts';
import { outcome } from './past-run.ts';
import { ReasonSchema } from './reason.ts';
import { ReproductionSchema } from './reproduction.ts';
import { resources, RunRecordSchema } from './run-record.ts';

const id = instanceId('The instance, for example `finetune:model=M2,seed=0`.');
const reasons = Type.Array(ReasonSchema);
const attempt = Type.Integer({ minimum: 1, description: 'Number of the attempt, from 1.' });
const log = text('Path of the log.');

const cause = <Cause extends string>(name: Cause, description: string) => Type.Literal(name, { description });

const UnpublishedPlace = Type.Object(
  {
    path: text('As in the pipeline file.'),
    cause: Type.Union([
      cause('edited', 'It holds no result, where one was put before.'),
      cause('in-the-way', 'It holds no result, and none was ever put there.'),
      cause('not-in-store', 'The result is up to date by the lockfile alone, and nothing is here to be copied.'),
    ]),
  },
  { title: 'unpublished place' },
);

export const plannedInstance = Type.Object(
  {
    id,
    stage: text('Its stage.'),
    axes: axes('Its axes.'),
    verdict: Type.Union(
      [Type.Literal('fresh'), Type.Literal('restore'), Type.Literal('run'), Type.Literal('blocked')],
      {
        description: 'The decision.',
      },
    ),
    reasons,
    fingerprint: Type.Optional(fingerprint('Absent as long as a producer must run first.')),
    expectedSeconds: Type.Optional(real('From the last executions of this stage; absent if it never ran.')),
    unpublished: Type.Optional(
      Type.Array(UnpublishedPlace, { description: 'Published places that a run will leave as they are.' }),
    ),
  },
  { title: 'planned instance' },
);

/** What `status --json` prints, and the first event of a run. */
const planFields = {
  pipeline: text('Name of the pipeline.'),
  counts: Type.Object(
    {
      fresh: count('Instances that are up to date.'),
      restore: count('Instances whose results are copied from the store.'),
      run: count('Instances that are executed.'),
      blocked: count('Instances that cannot be executed.'),
    },
    { title: 'plan counts' },
  ),
  instances: Type.Array(plannedInstance, { description: 'Producers first.' }),
};
/** Only its type is used. */
export const PlanDocumentSchema = Type.Object(planFields);

const RunSummary = Type.Object(
  {
    outcome,
    seconds: real('Duration of the run.'),
    counts: Type.Object({
      fresh: count('Up to date.'),
      restored: count('Copied from the store.'),
      executed: count('Executed.'),
      failed: count('Failed.'),
      blocked: count('Not started, because an input or a producer failed.'),
      interrupted: count('Stopped before the end.'),
      submitted: Type.Optional(count('Left to jobs of a cluster, by `--no-wait`.')),
    }),
    published: texts('Published files that this run wrote or found in place, relative to the root.'),
    unpublished: texts('Published places that were left alone, because they hold files of somebody else.'),
  },
  { title: 'run summary' },
);

const event = <Type extends string, Fields extends TProperties>(type: Type, description: string, fields: Fields) =>
  Type.Object({ type: Type.Literal(type), ...fields }, { description });

/** Events that the runner has in the same form. */
export const instanceEvents = [
  event('notice', 'A notice about the whole run: no GPU was found, a stale lease was reclaimed, ...', {
    message: text('In words.'),
  }),
  event('fresh', 'An instance is up to date.', { id, fingerprint: fingerprint('Its fingerprint.') }),
  event('restored', 'Outputs were copied from the store.', {
    id,
    fingerprint: fingerprint('Its fingerprint.'),
    reasons,
    bytes: count('Bytes that were copied.'),
  }),
  event('waiting', 'Another runner is executing the same; its result will be taken.', {
    id,
    holder: text('The other runner.'),
  }),
  event('started', 'An attempt begins.', {
    id,
    fingerprint: fingerprint('Its fingerprint.'),
    attempt,
    resumed: Type.Boolean({ description: 'It finds the checkpoint of an earlier attempt.' }),
    reasons,
    log,
    resources: resources('Granted resources.'),
  }),
  event('progress', 'Progress of a stage.', {
    id,
    done: real('Units that are done.'),
    total: Type.Optional(real('All units.')),
    unit: Type.Optional(text('The unit: `epochs`, `images`, ...')),
    note: Type.Optional(text('In words.')),
  }),
  event('metric', 'A number that a stage reports while it runs.', {
    id,
    name: text('Name of the metric.'),
    value: json('Its value.'),
    step: Type.Optional(real('Step of the training.')),
  }),
  event('warning', 'A warning of a stage.', { id, message: text('In words.') }),
  event('audited', 'A second execution was compared with the recorded result; `succeeded` follows.', {
    id,
    audit: ReproductionSchema,
  }),
  event('succeeded', 'The outputs are in the store.', {
    id,
    seconds: real('Duration.'),
    record: RunRecordSchema,
  }),
  event('retrying', 'An attempt failed and will be repeated.', {
    id,
    attempt,
    delayMs: real('Pause before the next attempt, in milliseconds.'),
    failure: FailureSchema,
  }),
  event('failed', 'The last attempt failed.', {
    id,
    seconds: real('Duration.'),
    failure: FailureSchema,
    log: Type.Optional(log),
    logTail: texts('The last lines of the log.'),
  }),
  event('blocked', 'An instance is not started: an input is missing, or a producer failed.', {
    id,
    because: Type.Optional(instanceId('The producer that failed or is blocked.')),
    reasons,
  }),
  event('interrupted', 'An instance was stopped before its end.', { id }),
  event('submitted', 'An instance is left to a job of the cluster, by `--no-wait`.', { id }),
  event('unpublished', 'A published place was left alone: it holds a file that this pipeline did not write.', {
    id,
    path: text('As in the pipeline file.'),
  }),
  event('finished', 'The run is over.', { summary: RunSummary }),
] as const;

export const InstanceEventSchema = Type.Union([...instanceEvents]);

const line = {
  v: Type.Literal(1, { description: 'Version of this format.' }),
  seq: count('0, 1, 2, ... within a run.'),
  time: text('ISO 8601, UTC.'),
};

export const EventSchema = Type.Union(
  [
    event('plan', 'All decisions, before anything is done.', { ...line, ...planFields }),
    ...instanceEvents.map((each) =>
      Type.Object({ ...line, ...each.properties }, { description: each.description ?? '' }),
    ),
    event('diagnostics', 'The configuration is wrong; nothing was done.', {
      ...line,
      diagnostics: Type.Array(DiagnosticDocumentSchema),
    }),
  ],
  {
    title: 'event',
    description:
      'One object per line on standard output. Within version 1, fields and types are only added: ignore those that you do not know. The last line is `finished`. If the configuration is wrong, `diagnostics` is the only line.',
  },
);

/** Every event but the plan, as the runner emits it. */
export type InstanceEvent = Immutable<Static<typeof InstanceEventSchema>>;
export type PlanDocument = Immutable<Static<typeof PlanDocumentSchema>>;
export type InstanceDocument = Immutable<Static<typeof plannedInstance>>;
export type RunSummary = Immutable<Static<typeof RunSummary>>;
export type UnpublishedPlace = Immutable<Static<typeof UnpublishedPlace>>;
