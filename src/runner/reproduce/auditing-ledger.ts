/**
 * A ledger whose executions are compared with the recorded results and not recorded themselves. Slots, GPUs, retries
 * and logs work as in every other run.
 */
import path from 'node:path';
import { err, ok, type Result } from '../../util/result.ts';
import type { Audit } from '../audit.ts';
import type { Failure } from '../event.ts';
import type { Ledger, Sandbox } from '../ledger.ts';
import type { Instance, InstanceId } from '../pipeline.ts';
import type { PlanEntry, Verdict } from '../plan.ts';
import type { Execution, RunRecord } from '../record.ts';
import { ENTRY_KINDS, FACTS, listFolder } from '../store/listing.ts';
import { saveAudit } from './audit-file.ts';
import { compareOutput, worstVerdict, type FilePaths } from './compare-output.ts';

/** Only what is up to date, or can be restored, has something to be compared with. */
export class NothingToAuditError extends Error {
  override name = 'NothingToAuditError';
  readonly entries: readonly PlanEntry[];

  constructor(entries: readonly PlanEntry[]) {
    super(`${entries.map(({ instance }) => instance.id).join(', ')}: no result to audit`);
    this.entries = entries;
  }
}

/** Its plan executes `audited` and nothing else, and throws NothingToAuditError where one of them has no result. */
export function auditingLedger(
  ledger: Ledger,
  audited: ReadonlySet<InstanceId>,
  tolerance: number,
  tell: (audit: Audit) => void,
): Ledger {
  const records = new Map<InstanceId, RunRecord>();

  async function audit(
    instance: Instance,
    sandbox: Sandbox,
    execution: Execution,
  ): Promise<Result<RunRecord, Failure>> {
    const proved = await ledger.prove(sandbox);
    if (!proved.ok) return proved;
    const record = records.get(instance.id)!;
    const outputs: [string, Audit['outputs'][string]][] = [];
    for (const [name, stored] of Object.entries(record.outputs)) {
      const recorded = await ledger.filesOf(stored, `output ${name} of ${instance.id}`);
      outputs.push([name, compareOutput(recorded, filesAt(sandbox.outputs[name]!, stored), tolerance)]);
    }
    const { started, seconds, host, platform, node, notes } = execution;
    const verdict = worstVerdict(outputs.map(([, each]) => each.verdict));
    const result: Audit = {
      format: 1,
      fingerprint: record.fingerprint,
      instance: instance.id,
      verdict,
      tolerance,
      outputs: Object.fromEntries(outputs),
      started,
      seconds,
      host,
      platform,
      node,
      notes,
    };
    await saveAudit(ledger.storeFolder, result);
    tell(result);
    return ok(record);
  }

  return {
    ...ledger,

    async plan(instances) {
      const plan = await ledger.plan(instances, { force: new Set() });
      const entries = plan.entries.filter(({ instance }) => audited.has(instance.id));
      const without = entries.filter(({ verdict }) => !('record' in verdict));
      if (without.length > 0) throw new NothingToAuditError(without);
      for (const { instance, verdict } of entries) if ('record' in verdict) records.set(instance.id, verdict.record);
      return { ...plan, entries: entries.map((entry) => ({ ...entry, verdict: again(entry.verdict) })) };
    },

    async decide(instance, { anew }) {
      return again(
        await ledger.decide(instance, { force: false, ...(anew !== undefined && { anew }) }),
        records.get(instance.id),
      );
    },

    prepare: (instance, fingerprint) => ledger.prepare(instance, fingerprint, { apart: true }),

    async commit(instance, sandbox, execution) {
      const result = await audit(instance, sandbox, execution);
      if (result.ok) await ledger.abandon(sandbox);
      return result;
    },

    restore: () => Promise.resolve(err({ kind: 'system', message: 'an audit restores nothing' })),
  };
}

/** Executed, if it is still what `record` is of. An input may have been edited since the plan. */
function again(verdict: Verdict, record?: RunRecord): Verdict {
  if (!('record' in verdict))
    return { kind: 'blocked', reasons: 'reasons' in verdict ? verdict.reasons : [{ kind: 'not-in-store' }] };
  if (record !== undefined && verdict.fingerprint !== record.fingerprint)
    return { kind: 'blocked', reasons: verdict.kind === 'restore' ? verdict.reasons : [] };
  return { kind: 'run', fingerprint: verdict.fingerprint, reasons: [{ kind: 'audit' }] };
}

function filesAt(
  place: string,
  { kind, file }: { readonly kind: 'file' | 'folder'; readonly file: string },
): FilePaths {
  if (kind === 'file') return new Map([[file, place]]);
  const { names, facts } = listFolder(place);
  const files = names.filter((_, i) => ENTRY_KINDS[Number(facts[FACTS * i + FACTS - 1]!)] !== 'folder');
  return new Map(files.map((name) => [name, path.join(place, name)]));
}
