/** Listens to a run and records it for the history. The event stream is its only source. */
import os from 'node:os';
import path from 'node:path';
import type { RunEvent } from '../event.ts';
import { producersOf } from '../execution/priorities.ts';
import type { Failure } from '../../formats/failure.ts';
import type { RunSummary } from '../../formats/events.ts';
import type { Outcome, PastAttempt, PastInstance, PastRun, RunId } from '../../formats/past-run.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { Reason } from '../../formats/reason.ts';
import type { Plan, PlanEntry } from '../plan.ts';
import { newRunId } from './history-files.ts';

const MOST_REASONS = 5;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

interface Draft {
  readonly entry: PlanEntry;
  ended: Outcome;
  fingerprint: Fingerprint | undefined;
  reasons: readonly Reason[];
  because?: InstanceId;
  execution?: {
    readonly lane: number;
    readonly resources: Readonly<Record<string, number | string>>;
    readonly attempts: Writable<PastAttempt>[];
  };
}

export class RunRecorder {
  readonly id: RunId;
  readonly #targets: readonly string[];
  readonly #now: () => number;
  readonly #began: number;
  readonly #drafts = new Map<InstanceId, Draft>();
  /** The present holder of each lane. */
  readonly #lanes: (InstanceId | undefined)[] = [];
  #plan: Plan | undefined;
  #summary: RunSummary | undefined;

  /** @param now milliseconds since the epoch; the run begins with the construction */
  constructor(targets: readonly string[], now: () => number) {
    this.#targets = targets;
    this.#now = now;
    this.#began = now();
    this.id = newRunId(new Date(this.#began).toISOString());
  }

  handle(event: RunEvent): void {
    switch (event.type) {
      case 'plan':
        this.#plan = event.plan;
        for (const entry of event.plan.entries) this.#drafts.set(entry.instance.id, draftOf(entry));
        return;
      case 'fresh':
      case 'restored':
        this.#end(event.id, event.type).fingerprint = event.fingerprint;
        return;
      case 'started':
        this.#start(event);
        return;
      case 'retrying':
        this.#closeAttempt(event.id, event.failure);
        return;
      case 'succeeded':
        this.#closeAttempt(event.id);
        this.#end(event.id, 'executed');
        return;
      case 'failed':
        this.#closeAttempt(event.id, event.failure);
        this.#end(event.id, 'failed');
        return;
      case 'interrupted':
        this.#closeAttempt(event.id);
        this.#end(event.id, 'interrupted');
        return;
      case 'submitted':
        this.#closeAttempt(event.id);
        this.#end(event.id, 'submitted');
        return;
      case 'blocked': {
        const draft = this.#end(event.id, 'blocked');
        if (event.because !== undefined) draft.because = event.because;
        return;
      }
      case 'finished':
        this.#summary = event.summary;
        return;
      default:
    }
  }

  /** Undefined as long as the run has not finished, and for one that found nothing to do or to try. */
  pastRun(): PastRun | undefined {
    const [plan, summary] = [this.#plan, this.#summary];
    if (plan === undefined || summary === undefined || ![...this.#drafts.values()].some(isWorth)) return undefined;
    const { file, root } = plan.pipeline;
    return {
      format: 1,
      id: this.id,
      started: new Date(this.#began).toISOString(),
      seconds: this.#offset(),
      host: os.hostname(),
      pipeline: path.relative(root, file).split(path.sep).join('/'),
      targets: this.#targets,
      outcome: summary.outcome,
      instances: [...this.#drafts.values()].map(pastInstance),
    };
  }

  #start({ id, fingerprint, reasons, resources, resumed }: Extract<RunEvent, { type: 'started' }>): void {
    const draft = this.#draft(id);
    draft.execution ??= { lane: this.#takeLane(id), resources, attempts: [] };
    draft.execution.attempts.push({ start: this.#offset(), seconds: 0, resumed });
    draft.fingerprint = fingerprint;
    draft.reasons = reasons;
  }

  /**
   * An instance that fails before its start has no attempt. While it waits for a retry, its last attempt is closed
   * already.
   */
  #closeAttempt(id: InstanceId, failure?: Failure): void {
    const attempt = this.#draft(id).execution?.attempts.at(-1);
    if (attempt === undefined || attempt.failure !== undefined) return;
    attempt.seconds = milliseconds(this.#offset() - attempt.start);
    if (failure !== undefined) attempt.failure = failure;
  }

  #end(id: InstanceId, ended: Outcome): Draft {
    const lane = this.#lanes.indexOf(id);
    if (lane !== -1) this.#lanes[lane] = undefined;
    const draft = this.#draft(id);
    draft.ended = ended;
    return draft;
  }

  #takeLane(id: InstanceId): number {
    const free = this.#lanes.indexOf(undefined);
    const lane = free === -1 ? this.#lanes.length : free;
    this.#lanes[lane] = id;
    return lane;
  }

  #draft(id: InstanceId): Draft {
    const draft = this.#drafts.get(id);
    if (draft === undefined) throw new Error(`Internal error: ${id} is not in the plan.`);
    return draft;
  }

  #offset(): number {
    return milliseconds((this.#now() - this.#began) / 1000);
  }
}

function draftOf(entry: PlanEntry): Draft {
  const { verdict } = entry;
  return {
    entry,
    ended: 'not-started',
    fingerprint: verdict.kind === 'blocked' ? undefined : verdict.fingerprint,
    reasons: verdict.kind === 'fresh' ? [] : verdict.reasons,
  };
}

/** Polling an up-to-date pipeline, or one that waits for data, must not fill the store. */
const isWorth = ({ ended }: Draft): boolean =>
  ['executed', 'restored', 'failed', 'interrupted', 'submitted'].includes(ended);

function pastInstance({ entry: { instance }, ended, fingerprint, reasons, because, execution }: Draft): PastInstance {
  const told = ended === 'fresh' ? [] : reasons;
  return {
    id: instance.id,
    stage: instance.stage,
    axes: instance.axes,
    reads: producersOf(instance),
    ...(fingerprint !== undefined && { fingerprint }),
    ended,
    reasons: told.slice(0, MOST_REASONS),
    reasonCount: told.length,
    ...(because !== undefined && { because }),
    ...(execution !== undefined && { execution }),
  };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000) / 1000;
