import type { LineageEntry } from '../../stage/protocol.ts';
import type { Reproduction } from '../../formats/reproduction.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { readAudit } from '../reproduce/audit-file.ts';
import { producedOrigins, producerRecord } from '../produced-origins.ts';
import { recordKeyOf } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';

/**
 * The executions behind some results, each once, producers before their consumers. Executions elsewhere that only the
 * lockfile knows have no record here and are left out.
 */
export async function lineageOf(
  store: Store,
  storeFolder: string,
  results: readonly Pick<RunRecord, 'fingerprint' | 'outputs'>[],
): Promise<LineageEntry[]> {
  const seen = new Set<string>();
  const entries: LineageEntry[] = [];
  const visit = async (record: RunRecord) => {
    const { fingerprint, result } = recordKeyOf(record);
    if (seen.has(`${fingerprint} ${result}`)) return;
    seen.add(`${fingerprint} ${result}`);
    for (const origin of producedOrigins(record)) {
      const producer = await producerRecord(store, origin);
      if (producer) await visit(producer);
    }
    entries.push(entryOf(record, readAudit(storeFolder, recordKeyOf(record))));
  };
  for (const result of results) {
    const record = await store.record(recordKeyOf(result));
    if (record) await visit(record);
  }
  return entries;
}

function entryOf(
  { instance, stage, axes, fingerprint, identity, origins, execution }: RunRecord,
  audit: Reproduction | undefined,
): LineageEntry {
  const reads = Object.values(origins)
    .flat()
    .map((origin) => (origin.kind === 'run' ? origin.instance : origin.path));
  return {
    id: instance,
    stage,
    axes,
    fingerprint,
    params: identity.params,
    code: identity.code.kind === 'module' ? identity.code.bundle : identity.code.template,
    reads: [...new Set(reads)],
    notes: execution.notes,
    seconds: execution.seconds,
    started: execution.started,
    ...(execution.peakMemoryBytes !== undefined && { peakMemoryBytes: execution.peakMemoryBytes }),
    ...(audit !== undefined && {
      audit: {
        verdict: audit.verdict,
        tolerance: audit.tolerance,
        started: audit.started,
        host: audit.host,
        platform: audit.platform,
        node: audit.node,
      },
    }),
  };
}
