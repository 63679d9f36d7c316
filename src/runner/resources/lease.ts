/**
 * One holder at a time, among all processes of all users and hosts that see the same folder. GPUs are leased by this,
 * instances that are being executed, and the lockfile while it is written.
 *
 * A lease is a folder with one file that names the owner. A process takes it by renaming a prepared folder onto the
 * place of the lease. POSIX allows this only if the place is absent or an empty folder. Exactly one of several
 * processes succeeds, and no process reads half an entry. The lease is given up, or taken from a dead owner, by
 * removing that one file. Its name is unique, so a late removal never hits the next owner's file. There is no flock and
 * no hard link, because network and USB file systems lack them.
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
import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok, type Result } from '../../util/result.ts';
import { HEARTBEAT_MS, judgeOwner, keepAlive, writeOwner, type OwnerState } from '../store/owner.ts';

export interface Lease {
  release(): void;
}

/** The error names the holder. `place`: its parent folder exists. */
export function tryLease(place: string): Result<Lease, string> {
  const token = `${randomBytes(8).toString('hex')}.json`;
  const draft = `${place}.${token}`;
  mkdirSync(draft);
  let holder: string | undefined;
  try {
    chmodSync(draft, 0o777); // any process of any user that finds it dead may remove it
    writeOwner(path.join(draft, token));
    while (holder === undefined) {
      // Nothing that may fail comes after this, because a caller that does not get the lease never gives it up.
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

/**
 * True if a living process holds the lease. It does not take the lease, and removes the entry of a dead holder. The
 * parent folder of `place` exists.
 */
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

const POLL_MS = 200;

/** Waits until it is free. Undefined when the signal aborted before. */
export async function waitForLease(place: string, signal: AbortSignal): Promise<Lease | undefined> {
  while (!signal.aborted) {
    const lease = tryLease(place);
    if (lease.ok) return lease.value;
    await sleep(POLL_MS);
  }
  return undefined;
}

/** Short work of another process ends within milliseconds; an entry that was left behind is looked at rarely. */
const FIRST_POLL_MS = 5;
/** A wait of this length is told. */
const LONG_MS = 1000;

/**
 * Does a short piece of work under the lease. @param onWait told once, with the holder in words, if the wait is long
 */
export async function alone<T>(place: string, work: () => Promise<T>, onWait?: (holder: string) => void): Promise<T> {
  mkdirSync(path.dirname(place), { recursive: true });
  const lease = await takeSoon(place, onWait);
  try {
    return await work();
  } finally {
    lease.release();
  }
}

async function takeSoon(place: string, onWait?: (holder: string) => void): Promise<Lease> {
  const began = performance.now();
  let told = false;
  for (let pause = FIRST_POLL_MS; ; pause = Math.min(2 * pause, POLL_MS)) {
    const lease = tryLease(place);
    if (lease.ok) return lease.value;
    if (!told && performance.now() - began > LONG_MS) {
      told = true;
      onWait?.(lease.error);
    }
    await sleep(pause);
  }
}

function renameOnto(draft: string, place: string, token: string): boolean {
  try {
    renameSync(draft, place);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A network file system repeats a request after a lost answer, and then refuses the request that it has already
    // done.
    if (existsSync(path.join(place, token))) return true;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR') return false;
    throw error;
  }
}

/** Undefined if the place has become free: it had no holder any more, or only a dead one. */
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

/**
 * Tokens of leases that this process gave up but whose entries the disk did not remove. They look as if it held them.
 */
const givenUp = new Set<string>();

/**
 * Never throws, because the work under the lease is done. If the entry cannot be removed, others wait until a later
 * attempt succeeds or this process ends. If this process wants the lease again, it tries the removal at once.
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

/** A file in place of the folder is no lease, but its maker may be about to do something. */
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
    // Another process has taken it in the meantime, or removed it itself.
  }
}
