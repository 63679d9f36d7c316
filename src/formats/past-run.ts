/** The record of one `pipeline run` that did or tried something: `history/<id>.json` in the store. */
import { Type, type Static, type TUnsafe } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { FailureSchema } from './failure.ts';
import { count, real, text, texts } from './fields.ts';
import { axes, fingerprint, instanceId } from './identity.ts';
import { ReasonSchema } from './reason.ts';
import { resources } from './run-record.ts';

/** `20261123T034012345Z-1a2b3c4d`: the time of its start, so that names sort by time, and a random part. */
export type RunId = string & { readonly __brand: 'RunId' };

export const outcome = Type.Union([Type.Literal('done'), Type.Literal('failed'), Type.Literal('interrupted')], {
  description: 'Outcome of the run.',
});

const PastAttempt = Type.Object(
  {
    start: real('Seconds after the start of the run.'),
    seconds: real('Duration.'),
    resumed: Type.Boolean({ description: 'It continued from a checkpoint.' }),
    failure: Type.Optional(FailureSchema),
  },
  { title: 'past attempt', description: '`failure` is absent if it succeeded or was interrupted.' },
);

const PastInstance = Type.Object(
  {
    id: instanceId('The instance.'),
    stage: text('Its stage.'),
    axes: axes('Its axes.'),
    reads: Type.Array(instanceId('An instance.'), { description: 'The instances whose outputs it reads.' }),
    fingerprint: Type.Optional(fingerprint('Absent if a producer failed before it was known.')),
    ended: Type.Union(
      [
        Type.Literal('fresh'),
        Type.Literal('restored'),
        Type.Literal('executed'),
        Type.Literal('failed'),
        Type.Literal('blocked'),
        Type.Literal('interrupted'),
        Type.Literal('submitted'),
        Type.Literal('not-started'),
      ],
      {
        description:
          'Its outcome. `submitted`: its job went on without the run. `not-started`: the run ended before its turn came.',
      },
    ),
    reasons: Type.Array(ReasonSchema, { description: 'Why it was not up to date: the first few of `reasonCount`.' }),
    reasonCount: count('Number of reasons.'),
    because: Type.Optional(instanceId('The failed or blocked producer that kept it from starting.')),
    execution: Type.Optional(
      Type.Object(
        {
          lane: count('From 0: the lowest number that no parallel instance had.'),
          resources: resources('Granted resources.'),
          attempts: Type.Array(PastAttempt, { minItems: 1 }),
        },
        { description: 'Absent if it was never started.' },
      ),
    ),
  },
  { title: 'past instance' },
);

export const PastRunSchema = Type.Object(
  {
    format: Type.Literal(1),
    id: text('Time of the start and a random part.') as unknown as TUnsafe<RunId>,
    started: text('Time of the start: ISO 8601, UTC.'),
    seconds: real('Duration.'),
    host: text('Name of the host.'),
    pipeline: text('The pipeline file, relative to the root.'),
    targets: texts('Targets as they were typed; none: everything.'),
    outcome,
    instances: Type.Array(PastInstance, { description: 'Everything that was planned, producers first.' }),
  },
  { title: 'past run' },
);

export type PastRun = Immutable<Static<typeof PastRunSchema>>;
export type PastInstance = Immutable<Static<typeof PastInstance>>;
export type PastAttempt = Immutable<Static<typeof PastAttempt>>;
export type Outcome = PastInstance['ended'];
