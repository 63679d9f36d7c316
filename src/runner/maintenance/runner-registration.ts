/**
 * How runners and a sweep of the store stay out of each other's way, without a lock that would make either wait for long.
 *
 * A runner announces itself before it plans, and writes down the names (fingerprints and digests) of what it has decided to
 * rely on. A sweep first changes a mark, then reads these notes: it spares what they name and whatever is younger than the
 * oldest announcement. A runner that has made a note looks at the mark: unchanged, its note was read or will be; changed, a
 * sweep may have missed the note, so that the runner waits for its end and decides again.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeScratch } from '../../util/atomic-file.ts';
import { namesIfThere, textIfThere } from '../../util/if-there.ts';
import { isLeased, tryLease } from '../resources/lease.ts';

/** Between two looks whether a sweep has ended. */
const POLL_MS = 50;

export interface RunnerRegistration {
  /**
   * Notes what is relied on. False: a sweep came between, which is over now, and what was decided must be decided again.
   */
  relyOn(names: readonly string[]): Promise<boolean>;
  unregister(): void;
}

/** Waits while a sweep is under way. @param storeFolder absolute; it exists */
export async function registerRunner(storeFolder: string): Promise<RunnerRegistration> {
  const { runners, sweep } = pathsOf(storeFolder);
  mkdirSync(runners, { recursive: true });
  const place = path.join(runners, randomBytes(8).toString('hex'));
  const lease = tryLease(place);
  if (!lease.ok) throw new Error(`Internal error: ${place} is already taken.`);
  const notes = notesOf(place);
  writeScratch(notes, '');
  writeScratch(notes, `${statSync(notes).mtimeMs}\n`); // by the file system's own clock
  const noted = new Set<string>();
  let mark = readMark(storeFolder);
  await endOf(sweep);
  return {
    async relyOn(names) {
      const fresh = names.filter((name) => !noted.has(name));
      if (fresh.length === 0) return true;
      for (const name of fresh) noted.add(name);
      writeScratch(notes, fresh.map((name) => `${name}\n`).join(''), 'a');
      const now = readMark(storeFolder);
      if (now === mark) return true;
      mark = now;
      await endOf(sweep);
      return false;
    },
    unregister() {
      rmSync(notes, { force: true });
      lease.value.release();
    },
  };
}

export interface LivingRunners {
  readonly count: number;
  /** Everything that they rely on. */
  readonly names: ReadonlySet<string>;
  /** What came into the store since may be theirs. Milliseconds by the clock of the file system; without runners, Infinity. */
  readonly since: number;
}

/** Those that live, as far as can be told (see lease.ts); what the dead left is removed. */
export function livingRunners(storeFolder: string): LivingRunners {
  const { runners } = pathsOf(storeFolder);
  const names = new Set<string>();
  let [count, since] = [0, Infinity];
  for (const name of namesIfThere(runners).filter((file) => /^[0-9a-f]{16}$/.test(file))) {
    const place = path.join(runners, name);
    const text = textIfThere(notesOf(place));
    if (!isLeased(place)) {
      rmSync(notesOf(place), { force: true });
      continue;
    }
    // Without notes it has only just begun, and nothing is known of it.
    const [began, ...relied] = text.split('\n').filter(Boolean);
    for (const each of relied) names.add(each);
    since = Math.min(since, Number(began ?? 0));
    count++;
  }
  return { count, names, since };
}

/** From here on every new decision of a runner waits until it is released. The error says who else is sweeping. */
export function beginSweep(storeFolder: string): ReturnType<typeof tryLease> {
  const { runners, sweep, mark } = pathsOf(storeFolder);
  for (const folder of [runners, path.dirname(sweep)]) mkdirSync(folder, { recursive: true });
  const lease = tryLease(sweep);
  if (lease.ok) writeScratch(mark, randomBytes(8).toString('hex'));
  return lease;
}

async function endOf(sweep: string): Promise<void> {
  while (existsSync(sweep) && isLeased(sweep)) await sleep(POLL_MS);
}

const notesOf = (place: string): string => `${place}.names`;

function pathsOf(storeFolder: string) {
  return {
    runners: path.join(storeFolder, 'runners'),
    sweep: path.join(storeFolder, 'leases', 'sweep'),
    mark: path.join(storeFolder, 'runners', 'mark'),
  };
}

const readMark = (storeFolder: string): string => textIfThere(pathsOf(storeFolder).mark);
