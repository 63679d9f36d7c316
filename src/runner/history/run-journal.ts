/**
 * Listens to a run and writes its events into the store as they come, so that another process can follow it:
 * `live/<run>/events.jsonl`. Beside it lies the entry of the runner, by which a reader sees that it died.
 *
 * A run is slowed by nothing here: lines are collected and appended four times a second, not flushed to the disk, and a
 * journal that cannot be written is given up. Progress is written more seldom as an instance grows old: a line each
 * second would be 10 MB a day for each instance.
 */
import { mkdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { InstanceEvent } from '../../formats/events.ts';
import type { JournalBegun, JournalEvent, JournalInstance } from '../../formats/run-journal.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { RunId } from '../../formats/past-run.ts';
import { writeScratch } from '../../util/atomic-file.ts';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { namesIfThere } from '../../util/if-there.ts';
import { isSystemError } from '../../util/system-error.ts';
import type { RunEvent } from '../event.ts';
import { producersOf } from '../execution/priorities.ts';
import { recordOf, type Plan, type PlanEntry } from '../plan.ts';
import { judgeOwner, keepAlive, writeOwner } from '../store/owner.ts';
import { recordKeyOf } from '../store/record-file.ts';
import { eventsOf, isRunId, journalFolder, ownerOf } from './journal-files.ts';

const APPEND_MS = 250;
const PROGRESS_MS = { least: 1000, most: 10_000 };
/** Progress is written once in this part of the time that it is reported: every ten seconds after an hour. */
const PROGRESS_PART = 1 / 360;
const MOST_REASONS = 5;
/** Journals of runs that have ended. */
const KEPT = 10;

interface JournalDeps {
  /** Absolute. */
  readonly storeFolder: string;
  readonly run: RunId;
  readonly targets: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Told at most once: the journal cannot be written, and the run goes on without it. */
  readonly onFault: (message: string) => void;
}

/** The progress of an instance since its last other event. */
interface Progress {
  /** Milliseconds since the epoch. */
  readonly since: number;
  written: number;
  /** Undefined: it is among the lines. */
  newest: Extract<InstanceEvent, { readonly type: 'progress' }> | undefined;
}

export class RunJournal {
  readonly #deps: JournalDeps;
  readonly #folder: string;
  /** Lines that are not written yet. */
  #lines: string[] = [];
  readonly #progress = new Map<InstanceId, Progress>();
  #state: 'waiting' | 'open' | 'closed' = 'waiting';
  #timer: NodeJS.Timeout | undefined;
  #rest = (): void => undefined;

  constructor(deps: JournalDeps) {
    this.#deps = deps;
    this.#folder = path.join(journalFolder(deps.storeFolder), deps.run);
  }

  handle(event: RunEvent): void {
    if (this.#state === 'closed' || event.type === 'metric') return; // series have files of their own
    if (event.type === 'progress') this.#note(event);
    else {
      if ('id' in event && event.type !== 'warning') this.#endProgress(event.id);
      this.#add(event.type === 'plan' ? this.#begun(event.plan) : lineOf(event));
    }
    if (this.#state === 'waiting' && isWork(event)) this.#open();
  }

  /** Writes the last lines. The journal stays, and says how the run ended. */
  close(): void {
    if (this.#state === 'open') this.#append();
    this.#stop();
  }

  /** A run that finds nothing to do leaves no journal: polling an up-to-date pipeline must not fill the store. */
  #open(): void {
    this.#state = 'open';
    this.#attempt(() => {
      removeOld(this.#deps.storeFolder);
      mkdirSync(this.#folder, { recursive: true });
      writeOwner(ownerOf(this.#folder));
      this.#rest = keepAlive(ownerOf(this.#folder));
      this.#timer = setInterval(() => {
        this.#append();
      }, APPEND_MS).unref();
      this.#append();
    });
  }

  #append(): void {
    const now = this.#deps.now();
    for (const progress of this.#progress.values())
      if (now - progress.written >= intervalOf(now - progress.since)) this.#addProgress(progress);
    if (this.#lines.length === 0) return;
    const text = this.#lines.join('');
    this.#lines = [];
    this.#attempt(() => {
      writeScratch(eventsOf(this.#folder), text, 'a');
    });
  }

  #note(event: Extract<InstanceEvent, { readonly type: 'progress' }>): void {
    const known = this.#progress.get(event.id);
    if (known === undefined)
      this.#progress.set(event.id, { since: this.#deps.now(), written: -Infinity, newest: event });
    else known.newest = event;
  }

  #addProgress(progress: Progress): void {
    if (progress.newest === undefined) return;
    this.#add(progress.newest);
    progress.newest = undefined;
    progress.written = this.#deps.now();
  }

  /** The last progress comes before what follows it. */
  #endProgress(id: InstanceId): void {
    const progress = this.#progress.get(id);
    if (progress !== undefined) this.#addProgress(progress);
    this.#progress.delete(id);
  }

  #add(line: Timeless<JournalBegun | JournalEvent>): void {
    const time = new Date(this.#deps.now()).toISOString();
    this.#lines.push(`${JSON.stringify({ ...line, time })}\n`);
  }

  #begun({ pipeline, entries }: Plan): Timeless<JournalBegun> {
    const { root, file, name } = pipeline;
    const { run, targets } = this.#deps;
    return {
      v: 1,
      type: 'begun',
      run,
      host: os.hostname(),
      root,
      pipeline: path.relative(root, file).split(path.sep).join('/'),
      name,
      targets,
      instances: entries.map(journalInstance),
    };
  }

  /** A full disk, for example. */
  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#stop();
      this.#deps.onFault(`"pipeline serve" cannot follow this run: ${error.message}`);
    }
  }

  #stop(): void {
    this.#state = 'closed';
    clearInterval(this.#timer);
    this.#rest();
  }
}

/** @param age of the progress; milliseconds, as the result */
const intervalOf = (age: number): number =>
  Math.min(PROGRESS_MS.most, Math.max(PROGRESS_MS.least, age * PROGRESS_PART));

function journalInstance({ instance, verdict, expectedSeconds }: PlanEntry): JournalInstance {
  const { id, stage, axes } = instance;
  const record = recordOf(verdict);
  return {
    ...{ id, stage, axes, verdict: verdict.kind, reads: producersOf(instance) },
    ...(verdict.kind !== 'blocked' && verdict.fingerprint !== undefined && { fingerprint: verdict.fingerprint }),
    ...(record !== undefined && { result: recordKeyOf(record).result }),
    ...(expectedSeconds !== undefined && { expectedSeconds }),
  };
}

type Timeless<Line> = Line extends unknown ? Omit<Line, 'time'> : never;

/** A record is in the store; its key is enough. */
function lineOf(event: Exclude<InstanceEvent, { readonly type: 'metric' }>): Timeless<JournalEvent> {
  if (event.type === 'succeeded') {
    const { type, id, seconds, record } = event;
    return { type, id, seconds, ...recordKeyOf(record) };
  }
  return 'reasons' in event ? { ...event, reasons: event.reasons.slice(0, MOST_REASONS) } : event;
}

const isWork = ({ type }: RunEvent): boolean =>
  ['started', 'restored', 'waiting', 'failed', 'submitted', 'interrupted'].includes(type);

/** Journals of living runners stay, however many there are. */
function removeOld(storeFolder: string): void {
  const folder = journalFolder(storeFolder);
  const old = namesIfThere(folder)
    .filter(isRunId)
    .sort(byCodeUnit)
    .reverse()
    .slice(KEPT - 1);
  for (const name of old) {
    const place = path.join(folder, name);
    if (judgeOwner(ownerOf(place), Date.now).state !== 'alive') rmSync(place, { recursive: true, force: true });
  }
}
