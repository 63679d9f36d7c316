/** Listens to a run and records the outcome of each instance, for the block at the end. */
import type { Failure } from '../../formats/failure.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { Reason } from '../../formats/reason.ts';
import type { RunEvent } from '../../runner/event.ts';
import type { Instance } from '../../runner/pipeline.ts';
import type { Plan } from '../../runner/plan.ts';
import { auditText } from '../audit-text.ts';
import type { TableRow, Status } from '../rows.ts';

export interface FailedInstance {
  readonly id: InstanceId;
  readonly seconds: number;
  readonly failure: Failure;
  readonly log?: string;
  readonly logTail: readonly string[];
}

export class RunTable {
  readonly failed: FailedInstance[] = [];
  #instances = new Map<InstanceId, Instance>();
  readonly #reasons = new Map<InstanceId, readonly Reason[]>();
  readonly #rows = new Map<InstanceId, TableRow>();
  #left = new Set<InstanceId>();
  #fresh = 0;

  handle(event: RunEvent): void {
    switch (event.type) {
      case 'plan':
        this.#plan(event.plan);
        return;
      case 'fresh':
        if (this.#left.delete(event.id)) this.#fresh++;
        return;
      case 'started':
        this.#reasons.set(event.id, event.reasons);
        return;
      case 'audited':
        this.#reasons.set(event.id, [{ kind: 'audit', finding: auditText(event.audit) }]);
        return;
      case 'restored':
        this.#conclude(event.id, 'restored', event.reasons);
        return;
      case 'succeeded':
        this.#conclude(event.id, 'done', this.#why(event.id), { seconds: event.seconds });
        return;
      case 'failed':
        this.failed.push(event);
        this.#conclude(event.id, 'failed', this.#why(event.id), { seconds: event.seconds });
        return;
      case 'blocked':
        this.#conclude(
          event.id,
          'blocked',
          event.reasons,
          event.because === undefined ? {} : { because: event.because },
        );
        return;
      case 'interrupted':
        this.#conclude(event.id, 'interrupted', this.#why(event.id));
        return;
      case 'submitted':
        this.#conclude(event.id, 'submitted', this.#why(event.id));
        return;
      default:
    }
  }

  /** Everything that was not simply up to date, in the order of the plan. */
  rows(): TableRow[] {
    return [...this.#instances.keys()].flatMap((id) => this.#rows.get(id) ?? []);
  }

  /** Instances without an event so far. */
  get left(): number {
    return this.#left.size;
  }

  get fresh(): number {
    return this.#fresh;
  }

  count(status: Status): number {
    return [...this.#rows.values()].filter((row) => row.status === status).length;
  }

  #plan(plan: Plan): void {
    this.#instances = new Map(plan.entries.map(({ instance }) => [instance.id, instance]));
    this.#left = new Set(
      plan.entries.filter(({ verdict }) => verdict.kind !== 'fresh').map(({ instance }) => instance.id),
    );
    this.#fresh = plan.entries.length - this.#left.size;
    for (const { instance, verdict } of plan.entries) {
      if (verdict.kind !== 'fresh') this.#reasons.set(instance.id, verdict.reasons);
    }
  }

  #why(id: InstanceId): readonly Reason[] {
    return this.#reasons.get(id) ?? [];
  }

  #conclude(
    id: InstanceId,
    status: Status,
    reasons: readonly Reason[],
    more: Pick<TableRow, 'because' | 'seconds'> = {},
  ): void {
    const instance = this.#instances.get(id);
    if (instance === undefined) throw new Error(`Internal error: ${id} is not in the plan.`);
    this.#left.delete(id);
    this.#rows.set(id, { instance, status, reasons, ...more });
  }
}
