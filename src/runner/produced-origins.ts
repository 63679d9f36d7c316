/** The outputs of other executions that an execution read. */
import type { Digest } from '../util/digest.ts';
import type { Origin, RunRecord } from '../formats/run-record.ts';
import type { Store } from './store/store.ts';

export interface ProducedOrigin {
  readonly origin: Extract<Origin, { kind: 'run' }>;
  /** The digest that was read: by it, one of several executions of the origin's fingerprint is meant. */
  readonly digest: Digest;
}

export function producedOrigins({ identity, origins }: RunRecord): ProducedOrigin[] {
  return Object.entries(identity.inputs).flatMap(([name, input]) => {
    const digests =
      input.kind === 'gather' ? input.members.map(({ digest }) => digest) : input.kind === 'none' ? [] : [input.digest];
    return (origins[name] ?? []).flatMap((origin, i) => {
      const digest = digests[i];
      return origin.kind === 'run' && digest !== undefined ? [{ origin, digest }] : [];
    });
  });
}

/** The execution that made what was read; undefined where the store has no record of it. */
export async function producerRecord(store: Store, { origin, digest }: ProducedOrigin): Promise<RunRecord | undefined> {
  const records = await store.records(origin.fingerprint);
  return records.find(({ outputs }) => outputs[origin.output]?.digest === digest);
}
