/**
 * One holder at a time, among all processes of all users and hosts that see the same folder. GPUs are leased by this,
 * instances that are being executed, and the lockfile while it is written.
 *
 * A lease is a folder with one file in it that says whose it is. It is taken by renaming a folder made ready aside onto
 * that place, which POSIX allows only where nothing or an empty folder lies: so exactly one of several succeeds, and nobody
 * ever reads half an entry. It is given up, or taken from the dead, by removing that one file, whose name is unique: who
 * judged a holder dead a moment too late removes nothing of the next one. No flock and no hard links, because network and
 * USB file systems lack them.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { err, ok, type Result } from '../../util/result.ts';
import { HEARTBEAT_MS, judgeOwner, keepAlive, writeOwner, type OwnerState } from '../store/owner.ts';

export interface Lease {
  release(): void;
}

/** The error says who holds it, in words. `place`: its parent folder exists. */
export function tryLease(place: string): Result<Lease, string> {
  const token = `${randomBytes(8).toString('hex')}.json`;
  const draft = `${place}.${token}`;
  mkdirSync(draft);
  let holder: string | undefined;
  try {
    chmodSync(draft, 0o777); // whoever finds it dead, of whatever user, may clear it away
    writeOwner(path.join(draft, token));
    while (holder === undefined) {
      // Nothing that may fail comes after this: who is not told that he holds it never gives it up.
      if (renameOnto(draft, place, token)) return ok(hold(place, token));
      holder = livingHolder(place, path.join(draft, token));
    }
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  rmSync(draft, { recursive: true, force: true });
  return err(holder);
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

/** Does a short piece of work while nobody else does it. */
export async function alone<T>(place: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(path.dirname(place), { recursive: true });
  const lease = await waitForLease(place, new AbortController().signal, 5);
  try {
    return await work();
  } finally {
    lease?.release();
  }
}

function renameOnto(draft: string, place: string, token: string): boolean {
  try {
    renameSync(draft, place);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A network file system repeats a request whose answer was lost, and then refuses what it has done already.
    if (existsSync(path.join(place, token))) return true;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Undefined when the place has become free: nobody was there any more, or only somebody dead. */
function livingHolder(place: string, justWritten: string): string | undefined {
  for (const entry of entriesOf(place)) {
    const judgement: OwnerState = givenUp.has(path.basename(entry))
      ? { state: 'dead' }
      : judgeOwner(entry, () => statSync(justWritten).mtimeMs);
    if (judgement.state === 'alive') return judgement.name;
    if (judgement.state === 'dead') rmSync(entry, { recursive: true, force: true });
  }
  return undefined;
}

function hold(place: string, token: string): Lease {
  const file = path.join(place, token);
  const rest = keepAlive(file);
  return {
    release() {
      rest();
      giveUp(place, token);
    },
  };
}

/** Tokens of leases that this process gave up, and whose entries the disk would not remove: they look as if it held them. */
const givenUp = new Set<string>();

/**
 * Never throws: the work under the lease is done, whatever becomes of the entry. Where it cannot be removed, others wait until
 * a later attempt succeeds or this process ends; this process, if it wants the lease again, attempts it at once.
 */
function giveUp(place: string, token: string): void {
  try {
    rmSync(path.join(place, token), { force: true });
    givenUp.delete(token);
    removeIfEmpty(place);
  } catch {
    givenUp.add(token);
    setTimeout(() => {
      giveUp(place, token);
    }, HEARTBEAT_MS).unref();
  }
}

/** A file in place of the folder is no lease, but whoever put it there may be about to do something. */
function entriesOf(place: string): string[] {
  try {
    return readdirSync(place).map((name) => path.join(place, name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return [place];
    if (code === 'ENOENT') return [];
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
