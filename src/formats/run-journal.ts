/** The events of one `pipeline run` as they come: `live/<id>/events.jsonl` in the store. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { instanceEvents, plannedInstance, type InstanceEvent } from './events.ts';
import { real, text, texts } from './fields.ts';
import { digest, fingerprint, instanceId } from './identity.ts';

const time = text('ISO 8601, UTC.');
const result = digest('Names the record, together with the fingerprint: `runs/<fingerprint>/<result>.json`.');

const JournalInstance = Type.Object(
  {
    ...Type.Pick(plannedInstance, ['id', 'stage', 'axes', 'verdict', 'fingerprint', 'expectedSeconds']).properties,
    reads: Type.Array(instanceId('An instance.'), { description: 'The instances whose outputs it reads.' }),
    result: Type.Optional(result),
  },
  { title: 'instance of a journal' },
);

const begun = Type.Object(
  {
    v: Type.Literal(1, { description: 'Version of this format.' }),
    type: Type.Literal('begun'),
    time,
    run: text('Id of the run, as in `history/<id>.json`.'),
    host: text('Name of the host.'),
    root: text('Absolute path of the project root.'),
    pipeline: text('The pipeline file, relative to the root.'),
    name: text('Name of the pipeline.'),
    targets: texts('Targets as they were typed; none: everything.'),
    instances: Type.Array(JournalInstance, { description: 'Everything that was planned, producers first.' }),
  },
  { description: 'The first line.' },
);

const succeeded = Type.Object(
  {
    type: Type.Literal('succeeded'),
    time,
    id: instanceId('The instance.'),
    seconds: real('Duration.'),
    fingerprint: fingerprint('Its fingerprint.'),
    result,
  },
  { description: 'The outputs are in the store, with this record.' },
);

/** Metrics are kept as series. */
const others = instanceEvents.filter(({ properties }) => !['succeeded', 'metric'].includes(properties.type.const));

export const JournalLineSchema = Type.Union(
  [
    begun,
    ...others.map((each) => Type.Object({ time, ...each.properties }, { description: each.description ?? '' })),
    succeeded,
  ],
  {
    title: 'journal line',
    description:
      'One object per line. `pipeline serve` follows it. Progress of an instance is written once a second at most; metrics are kept as series. Of the reasons, the first five are kept.',
  },
);

export type JournalBegun = Immutable<Static<typeof begun>>;
export type JournalInstance = Immutable<Static<typeof JournalInstance>>;
type JournalSucceeded = Immutable<Static<typeof succeeded>>;
/** A line after the first. */
export type JournalEvent =
  (Exclude<InstanceEvent, { readonly type: 'succeeded' | 'metric' }> & { readonly time: string }) | JournalSucceeded;
