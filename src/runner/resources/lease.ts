/**
 * One holder at a time, among all processes of all users and hosts that see the same folder. GPUs are leased by this, and
 * instances that are being executed.
 *
 * A lease is a folder with one file in it that says whose it is. It is taken by renaming a folder made ready aside onto
 * that place, which POSIX allows only where nothing or an empty folder lies: so exactly one of several succeeds, and nobody
 * ever reads half an entry. It is given up, or taken from the dead, by removing that one file, whose name is unique: who
 * judged a holder dead a moment too late removes nothing of the next one. No flock and no hard links, because network and
 * USB file systems lack them.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { err, ok, type Result } from '../../util/result.ts';
import { readOwner, writeOwner, type Owner } from '../store/owner.ts';

export interface Lease {
  release(): void;
}

export const HEARTBEAT_MS = 10_000;
/** A holder that cannot be seen from here counts as dead after so long a silence: nine beats. */
export const SILENCE_MS = 90_000;

/** The error says who holds it, in words. `place`: its parent folder exists. */
export function tryLease(place: string): Result<Lease, string> {
  const token = `${randomBytes(8).toString('hex')}.json`;
  const draft = `${place}.${token}`;
  mkdirSync(draft);
  chmodSync(draft, 0o777); // whoever finds it dead, of whatever user, may clear it away
  try {
    writeOwner(path.join(draft, token));
    for (;;) {
      if (renameOnto(draft, place)) return ok(hold(place, token));
      const holder = livingHolder(place, path.join(draft, token));
      if (holder !== undefined) return err(holder);
    }
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Whether somebody living holds it, without wanting it. What a dead holder left is cleared away. `place`: its parent folder exists. */
export function isLeased(place: string): boolean {
  const clock = `${place}.${randomBytes(8).toString('hex')}.clock`;
  writeFileSync(clock, '');
  try {
    const held = livingHolder(place, clock) !== undefined;
    if (!held) removeIfEmpty(place);
    return held;
  } finally {
    rmSync(clock, { force: true });
  }
}

/** Waits until it is free. Undefined when the signal aborted before. */
export async function waitForLease(place: string, signal: AbortSignal, pollMs = 200): Promise<Lease | undefined> {
  while (!signal.aborted) {
    const lease = tryLease(place);
    if (lease.ok) return lease.value;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return undefined;
}

function renameOnto(draft: string, place: string): boolean {
  try {
    renameSync(draft, place);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when the place has become free: nobody was there any more, or only somebody dead. */
function livingHolder(place: string, now: string): string | undefined {
  for (const name of namesIn(place)) {
    const file = path.join(place, name);
    const { state, owner } = readOwner(file);
    const silence = silenceOf(file, now);
    if (silence === undefined) continue;
    if (state === 'alive') return nameOf(owner!);
    if (state === 'unknown' && silence < SILENCE_MS) return `${owner === undefined ? 'another runner' : nameOf(owner)}, last heard of ${Math.round(silence / 1000)} s ago`;
    rmSync(file, { force: true });
  }
  return undefined;
}

const nameOf = ({ pid, host }: Owner): string => (host === os.hostname() ? `process ${pid}` : `process ${pid} on ${host}`);

/** Milliseconds since the last heartbeat, by the clock of the file system: those of two hosts may differ. Undefined: gone. */
function silenceOf(file: string, now: string): number | undefined {
  const last = statSync(file, { throwIfNoEntry: false });
  return last && Math.max(0, statSync(now).mtimeMs - last.mtimeMs);
}

function hold(place: string, token: string): Lease {
  const file = path.join(place, token);
  const beat = setInterval(() => {
    touch(file);
  }, HEARTBEAT_MS).unref();
  return {
    release() {
      clearInterval(beat);
      rmSync(file, { force: true });
      removeIfEmpty(place);
    },
  };
}

/** Writes the same bytes again, so that the file system's own clock dates them. */
function touch(file: string): void {
  try {
    const bytes = readFileSync(file);
    const descriptor = openSync(file, 'r+');
    try {
      writeSync(descriptor, bytes, 0, bytes.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // The next beat may succeed; a lease that was lost for good costs double work, never a wrong result.
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Somebody has taken it in the meantime, or removed it himself.
  }
}
