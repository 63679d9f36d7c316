import type { LineageEntry } from '../../stage/protocol.ts';
import type { Audit } from '../audit.ts';
import { readAudit } from '../reproduce/audit-file.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { RunRecord } from '../record.ts';
import type { Store } from '../store/store.ts';

/**
 * The executions behind some results, each once, producers before their consumers. Executions elsewhere that only the
 * lockfile knows have no record here and are left out.
 */
export async function lineageOf(
  store: Store,
  storeFolder: string,
  results: readonly Pick<RunRecord, 'fingerprint'>[],
): Promise<LineageEntry[]> {
  const seen = new Set<Fingerprint>();
  const entries: LineageEntry[] = [];
  const visit = async (record: RunRecord) => {
    if (seen.has(record.fingerprint)) return;
    seen.add(record.fingerprint);
    for (const origin of Object.values(record.origins).flat()) {
      const producer = origin.kind === 'run' ? await store.record(origin.fingerprint) : undefined;
      if (producer) await visit(producer);
    }
    entries.push(entryOf(record, readAudit(storeFolder, record.fingerprint)));
  };
  for (const { fingerprint } of results) {
    const record = await store.record(fingerprint);
    if (record) await visit(record);
  }
  return entries;
}

function entryOf(
  { instance, stage, axes, fingerprint, identity, origins, execution }: RunRecord,
  audit: Audit | undefined,
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
