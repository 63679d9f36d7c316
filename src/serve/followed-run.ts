/** One run as its journal tells it: the state of each instance, and if its runner lives. */
import type { Failure } from '../formats/failure.ts';
import type { Fingerprint, InstanceId } from '../formats/identity.ts';
import type { RunId } from '../formats/past-run.ts';
import type { JournalBegun, JournalEvent, JournalInstance } from '../formats/run-journal.ts';
import { eventsOf, ownerOf } from '../runner/history/journal-files.ts';
import { judgeOwner } from '../runner/store/owner.ts';
import type { RecordKey, ResultId } from '../runner/store/record-file.ts';
import { LineTail } from '../util/line-tail.ts';
import type { News, ProgressState, RunState, Status } from './state.ts';

export interface FollowedInstance {
  readonly planned: JournalInstance;
  readonly status: Status;
  /** The last event about it. Milliseconds since the epoch, as all times here. */
  readonly at: number;
  readonly fingerprint?: Fingerprint;
  readonly result?: RecordKey;
  readonly started?: number;
  readonly seconds?: number;
  readonly attempt?: number;
  readonly resumed?: boolean;
  readonly progress?: ProgressState;
  readonly note?: string;
}

export interface RunWords {
  /** A phrase. */
  readonly failure: (failure: Failure) => string;
}

/** Signs of life of the runner are looked for as often. */
const LOOK_MS = 2000;

export class FollowedRun {
  readonly id: RunId;
  readonly instances = new Map<InstanceId, FollowedInstance>();
  begun: JournalBegun | undefined;
  state: RunState['state'] = 'running';
  seconds: number | undefined;
  /** The last line. */
  heard = 0;
  readonly #tail: LineTail;
  readonly #owner: string;
  readonly #words: RunWords;
  readonly #now: () => number;
  #looked = -Infinity;
  #news: News[] = [];
  /** Its last line was read. */
  #hasEnded = false;

  constructor(folder: string, id: RunId, words: RunWords, now: () => number) {
    this.id = id;
    this.#tail = new LineTail(eventsOf(folder));
    this.#owner = ownerOf(folder);
    this.#words = words;
    this.#now = now;
  }

  /** Ids of the instances that have changed since the last call. */
  read(): ReadonlySet<InstanceId> {
    const changed = new Set<InstanceId>();
    if (this.state !== 'running') return changed;
    // The owner first: a runner that ends writes its last lines before.
    const isDead = this.#isDead();
    for (const line of this.#tail.read()) for (const id of this.#take(line)) changed.add(id);
    if (isDead && !this.#hasEnded) for (const id of this.#die()) changed.add(id);
    return changed;
  }

  /** What has happened since the last call, the oldest first. */
  takeNews(): readonly News[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #isDead(): boolean {
    const now = this.#now();
    if (now - this.#looked < LOOK_MS) return false;
    this.#looked = now;
    return judgeOwner(this.#owner, this.#now).state !== 'alive';
  }

  #die(): readonly InstanceId[] {
    this.state = 'died';
    const lost = [...this.instances].filter(([, { status }]) => status === 'running' || status === 'retrying');
    for (const [id, instance] of lost) this.instances.set(id, { ...instance, status: 'killed' });
    const said = lost.length === 0 ? 'nothing was running' : `these were ended: ${lost.map(([id]) => id).join(', ')}`;
    this.#tell(this.#now(), 'bad', `The runner died; ${said}`);
    return [...this.instances.keys()];
  }

  #take(line: string): readonly InstanceId[] {
    const event = parse(line);
    if (event === undefined) return [];
    const at = Date.parse(event.time);
    this.heard = Math.max(this.heard, at);
    if (event.type === 'begun') return this.#begin(event, at);
    if (event.type === 'finished') return this.#finish(event.summary, at);
    const news = newsOf(event, this.#words);
    if (news !== undefined) this.#tell(at, ...news);
    if (!('id' in event)) return [];
    const before = this.instances.get(event.id);
    if (before === undefined) return [];
    this.instances.set(event.id, this.#after(event, before, at));
    return [event.id];
  }

  #begin(event: JournalBegun, at: number): readonly InstanceId[] {
    this.begun = event;
    for (const planned of event.instances) {
      const { id, fingerprint, result, verdict } = planned;
      this.instances.set(id, {
        ...{ planned, at, status: verdict === 'fresh' ? 'done' : verdict === 'blocked' ? 'blocked' : 'waiting' },
        ...(fingerprint !== undefined && { fingerprint }),
        ...(fingerprint !== undefined &&
          result !== undefined && { result: { fingerprint, result: result as ResultId } }),
      });
    }
    this.#tell(at, 'plain', `A run began: ${event.targets.join(' ') || 'everything'}`);
    return event.instances.map(({ id }) => id);
  }

  #finish({ outcome, seconds }: { outcome: 'done' | 'failed' | 'interrupted'; seconds: number }, at: number) {
    this.state = outcome;
    this.#hasEnded = true;
    this.seconds = seconds;
    this.#tell(at, outcome === 'done' ? 'good' : 'bad', `The run ended: ${outcome}`);
    return [...this.instances.keys()];
  }

  #after(event: InstanceLine, before: FollowedInstance, at: number): FollowedInstance {
    const { planned } = before;
    switch (event.type) {
      case 'started': {
        const { fingerprint, attempt, resumed } = event;
        return { ...{ planned, at, status: 'running', started: at }, fingerprint, attempt, resumed };
      }
      case 'progress':
        return { ...before, at, progress: progressAfter(event, before.progress, at) };
      case 'succeeded': {
        const { fingerprint, seconds } = event;
        const result = { fingerprint, result: event.result as ResultId };
        return { ...before, at, status: 'done', fingerprint, result, seconds };
      }
      case 'fresh':
      case 'restored':
        return { ...before, at, status: 'done', fingerprint: event.fingerprint };
      case 'waiting':
        return { ...before, at, status: 'elsewhere', note: event.holder };
      case 'retrying':
        return { ...before, at, status: 'retrying', note: this.#words.failure(event.failure) };
      case 'failed': {
        const { failure, seconds } = event;
        return { ...before, at, status: 'failed', note: this.#words.failure(failure), seconds };
      }
      case 'blocked':
        return {
          planned,
          at,
          status: 'blocked',
          ...(event.because !== undefined && { note: `needs ${event.because}` }),
        };
      case 'interrupted':
        return { ...before, at, status: 'stopped' };
      case 'submitted':
        return { ...before, at, status: 'submitted' };
      case 'warning':
      case 'audited':
      case 'unpublished':
        return before;
      default:
        return before; // of a later version
    }
  }

  #tell(at: number, tone: News['tone'], text: string): void {
    this.#news.push({ at, tone, text });
  }
}

/** Undefined: nobody needs to be told. */
function newsOf(event: JournalEvent, { failure }: RunWords): [tone: News['tone'], text: string] | undefined {
  switch (event.type) {
    case 'notice':
      return ['plain', event.message];
    case 'warning':
      return ['bad', `${event.id}: ${event.message}`];
    case 'succeeded':
      return ['good', `${event.id} is done`];
    case 'retrying':
      return ['bad', `${event.id}: ${failure(event.failure)}; it is tried again`];
    case 'failed':
      return ['bad', `${event.id} failed: ${failure(event.failure)}`];
    case 'interrupted':
      return ['plain', `${event.id} was stopped`];
    case 'submitted':
      return ['plain', `${event.id} is left to a job of the cluster`];
    case 'unpublished':
      return ['bad', `${event.path} was left alone: it holds a file of somebody else`];
    default:
      return undefined;
  }
}

type InstanceLine = Extract<JournalEvent, { readonly id: InstanceId }>;

/** A line that another version has written may be of any shape; an unknown event is skipped. */
function parse(line: string): JournalBegun | JournalEvent | undefined {
  try {
    const value = JSON.parse(line) as Partial<JournalBegun | JournalEvent>;
    if (value.type === 'begun' && (value.v as number) !== 1) return undefined;
    return typeof value.type === 'string' && typeof value.time === 'string'
      ? (value as JournalBegun | JournalEvent)
      : undefined;
  } catch {
    return undefined; // cut by a full disk
  }
}

/** A report without a total, such as of a job in the queue, says nothing about the speed. */
function progressAfter(
  { done, total, unit, note }: Extract<JournalEvent, { readonly type: 'progress' }>,
  before: ProgressState | undefined,
  at: number,
): ProgressState {
  const first = before?.total === undefined ? { done, at } : before.first;
  return {
    ...{ done, at, first },
    ...(total !== undefined && { total }),
    ...(unit !== undefined && { unit }),
    ...(note !== undefined && { note }),
  };
}
