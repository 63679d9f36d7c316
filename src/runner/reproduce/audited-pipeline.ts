/**
 * A pipeline whose executions are compared with the recorded results and not recorded themselves. Slots, GPUs, retries
 * and logs work as in every other run.
 */
import path from 'node:path';
import { err, ok, type Result } from '../../util/result.ts';
import type { Reproduction } from '../../formats/reproduction.ts';
import type { Failure } from '../../formats/failure.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { Execution, RunRecord, StoredOutput } from '../../formats/run-record.ts';
import type { Executions, Sandbox } from '../executions.ts';
import type { OpenPipeline } from '../open-pipeline.ts';
import type { Instance } from '../pipeline.ts';
import { recordOf, type Plan, type Verdict } from '../plan.ts';
import type { DecideOptions, Planner } from '../planner.ts';
import { ENTRY_KINDS, FACTS, listFolder } from '../store/listing.ts';
import { recordKeyOf } from '../store/record-file.ts';
import { saveAudit } from './audit-file.ts';
import { circumstancesText } from './circumstances.ts';
import { compareOutput, worstVerdict, type FilePaths } from './compare-output.ts';
import { NothingToAuditError } from './nothing-to-audit.ts';
import { at } from '../../util/known.ts';

/** Its plan executes `audited` and nothing else, and throws NothingToAuditError if one of them has no result. */
export function auditedPipeline(
  open: OpenPipeline,
  audited: ReadonlySet<InstanceId>,
  tolerance: number,
  tell: (audit: Reproduction) => void,
): OpenPipeline {
  const recorded = new Map<InstanceId, RunRecord>();
  return {
    ...open,
    planner: new AuditPlanner(open.planner, audited, recorded),
    executions: new AuditExecutions({ open, recorded, tolerance, tell }),
  };
}

class AuditPlanner implements Planner {
  readonly #planner: Planner;
  readonly #audited: ReadonlySet<InstanceId>;
  /** Filled by the plan. */
  readonly #recorded: Map<InstanceId, RunRecord>;

  constructor(planner: Planner, audited: ReadonlySet<InstanceId>, recorded: Map<InstanceId, RunRecord>) {
    this.#planner = planner;
    this.#audited = audited;
    this.#recorded = recorded;
  }

  async plan(instances: readonly Instance[]): Promise<Plan> {
    const plan = await this.#planner.plan(instances, { force: new Set() });
    const entries = plan.entries.filter(({ instance }) => this.#audited.has(instance.id));
    const without = entries.filter(({ verdict }) => recordOf(verdict) === undefined);
    if (without.length > 0) throw new NothingToAuditError(without);
    for (const { instance, verdict } of entries) {
      const record = recordOf(verdict);
      if (record) this.#recorded.set(instance.id, record);
    }
    return { ...plan, entries: entries.map((entry) => ({ ...entry, verdict: again(entry.verdict) })) };
  }

  unsteadyInputs(instance: Instance): readonly string[] {
    return this.#planner.unsteadyInputs(instance);
  }

  async decide(instance: Instance, options: DecideOptions): Promise<Verdict> {
    return again(await this.#planner.decide(instance, { ...options, force: false }), this.#recorded.get(instance.id));
  }
}

interface AuditDeps {
  readonly open: OpenPipeline;
  readonly recorded: ReadonlyMap<InstanceId, RunRecord>;
  readonly tolerance: number;
  readonly tell: (audit: Reproduction) => void;
}

class AuditExecutions implements Executions {
  readonly #deps: AuditDeps;

  constructor(deps: AuditDeps) {
    this.#deps = deps;
  }

  prepare(...[instance, fingerprint]: Parameters<Executions['prepare']>): Promise<Sandbox> {
    return this.#deps.open.executions.prepare(instance, fingerprint, { apart: true });
  }

  adopt(...[instance, sandbox]: Parameters<Executions['adopt']>): void {
    this.#deps.open.executions.adopt(instance, sandbox);
  }

  leave(sandbox: Sandbox): void {
    this.#deps.open.executions.leave(sandbox);
  }

  prove(sandbox: Sandbox): Promise<Result<void, Failure>> {
    return this.#deps.open.executions.prove(sandbox);
  }

  async commit(instance: Instance, sandbox: Sandbox, execution: Execution): Promise<Result<RunRecord, Failure>> {
    const proved = await this.prove(sandbox);
    if (!proved.ok) return proved;
    const record = this.#deps.recorded.get(instance.id);
    if (!record) throw new Error(`Internal error: ${instance.id} is audited without a plan.`);
    const audit = await this.#compare(record, sandbox, execution);
    await saveAudit(this.#deps.open.storeFolder, recordKeyOf(record), audit);
    this.#deps.tell(audit);
    await this.abandon(sandbox);
    return ok(record);
  }

  abandon(sandbox: Sandbox): Promise<void> {
    return this.#deps.open.executions.abandon(sandbox);
  }

  restore(): Promise<Result<RunRecord, Failure>> {
    return Promise.resolve(err({ kind: 'system', message: 'an audit restores nothing' }));
  }

  /** An audit publishes nothing. */
  unpublished(): readonly never[] {
    return [];
  }

  async #compare(record: RunRecord, sandbox: Sandbox, execution: Execution): Promise<Reproduction> {
    const { open, tolerance } = this.#deps;
    const { fingerprint, instance } = record;
    const outputs: Record<string, Reproduction['outputs'][string]> = {};
    for (const [name, stored] of Object.entries(record.outputs)) {
      const then = await open.results.filesOf(stored, `output ${name} of ${instance}`);
      const compared = compareOutput(then, filesAt(sandbox.outputs[name] ?? '', stored), tolerance);
      outputs[name] =
        compared.first === undefined
          ? compared
          : { ...compared, first: `${compared.first}${circumstancesText(record.execution, execution)}` };
    }
    const { started, seconds, host, platform, node, notes } = execution;
    const verdict = worstVerdict(Object.values(outputs).map((each) => each.verdict));
    return {
      ...{ format: 1, fingerprint, instance, verdict, tolerance, outputs },
      ...{ started, seconds, host, platform, node, notes },
    };
  }
}

/** The instance, if its identity is still that of `record`. An input may have been edited since the plan. */
function again(verdict: Verdict, record?: RunRecord): Verdict {
  const now = recordOf(verdict);
  if (now === undefined)
    return { kind: 'blocked', reasons: verdict.kind === 'fresh' ? [{ kind: 'not-in-store' }] : verdict.reasons };
  if (record !== undefined && now.fingerprint !== record.fingerprint)
    return { kind: 'blocked', reasons: verdict.kind === 'restore' ? verdict.reasons : [] };
  return { kind: 'run', fingerprint: now.fingerprint, reasons: [{ kind: 'audit' }] };
}

function filesAt(place: string, { kind, file }: Pick<StoredOutput, 'kind' | 'file'>): FilePaths {
  if (kind !== 'folder') return new Map([[file, place]]);
  const { names, facts } = listFolder(place);
  const files = names.filter((_, i) => ENTRY_KINDS[Number(at(facts, FACTS * i + FACTS - 1))] !== 'folder');
  return new Map(files.map((name) => [name, path.join(place, name)]));
}
