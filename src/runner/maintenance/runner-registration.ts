/**
 * Coordinates runners and a sweep of the store, without a lock that would make either wait for long.
 *
 * A runner registers itself before it plans. It notes the names (fingerprints and digests) of results before it relies
 * on them. A sweep first changes a mark, then reads these notes. It spares the noted names and everything younger than
 * the oldest registration. After a note, the runner looks at the mark. If the mark is unchanged, the sweep has read the
 * note or will read it. If the mark has changed, a sweep may have missed the note, so the runner waits for its end and
 * decides again.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeScratch } from '../../util/atomic-file.ts';
import { namesIfThere, textIfThere } from '../../util/if-there.ts';
import { isPermission } from '../../util/remove-tree.ts';
import { isSystemError } from '../../util/system-error.ts';
import { isLeased, tryLease } from '../resources/lease.ts';

/** The time between two checks for the end of a sweep. */
const POLL_MS = 50;

export interface RunnerRegistration {
  /** Notes results to rely on. False: a sweep came in between and is over now; the runner must decide again. */
  relyOn(names: readonly string[]): Promise<boolean>;
  unregister(): void;
}

/** Waits while a sweep is under way. @param storeFolder absolute; it exists */
export async function registerRunner(
  storeFolder: string,
  { optional = false }: { readonly optional?: boolean } = {},
): Promise<RunnerRegistration> {
  try {
    return await register(storeFolder);
  } catch (error) {
    if (optional && isReadOnly(error)) return UNREGISTERED;
    throw error;
  }
}

/**
 * A user without permission to write reads all the same, and finds out if a sweep comes between: digests are compared.
 */
const UNREGISTERED: RunnerRegistration = { relyOn: () => Promise.resolve(true), unregister: () => undefined };

const isReadOnly = (error: unknown): boolean => isPermission(error) || (isSystemError(error) && error.code === 'EROFS');

async function register(storeFolder: string): Promise<RunnerRegistration> {
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
  /**
   * Files that entered the store later may be theirs. Milliseconds by the clock of the file system; without runners,
   * Infinity.
   */
  readonly since: number;
}

/** The living runners, as far as is known (see lease.ts). Entries of dead ones are removed. */
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

/** From here on every new decision of a runner waits until it is released. The error names the other sweeper. */
export function beginSweep(storeFolder: string): ReturnType<typeof tryLease> {
  const { runners, sweep, mark } = pathsOf(storeFolder);
  for (const folder of [runners, path.dirname(sweep)]) mkdirSync(folder, { recursive: true });
  const lease = tryLease(sweep);
  if (!lease.ok) return lease;
  try {
    writeScratch(mark, randomBytes(8).toString('hex'));
  } catch (error) {
    lease.value.release(); // a full disk
    throw error;
  }
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
