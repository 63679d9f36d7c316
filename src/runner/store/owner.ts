/**
 * The owner of a sandbox or a lease. It separates leftovers of dead runners from the files of living ones.
 *
 * For a visible process, the system knows if it lives. For any other (on another host, in another container, hidden
 * from us) only the age of its entry counts: every owner writes its entry again every ten seconds. A host's name proves
 * nothing by itself, because two machines may have the same one. An entry of another boot is therefore judged by its
 * age, too.
 */
import { closeSync, openSync, readFileSync, readlinkSync, statSync, writeSync } from 'node:fs';
import os from 'node:os';
import { writeScratch } from '../../util/atomic-file.ts';
import { processStatus } from '../../util/process-status.ts';

export interface Owner {
  readonly host: string;
  /** Changes with every start of the machine; empty if unknown. */
  readonly boot: string;
  /** Process numbers mean something only within their namespace (a container has its own). */
  readonly namespace: string;
  readonly pid: number;
  /** Process numbers are used again: number and start time together are not. */
  readonly started: string;
}

export type OwnerState =
  /** `name`: in words, for a message. */
  | { readonly state: 'alive'; readonly name: string }
  | { readonly state: 'dead' }
  /** There is no such entry (any more). */
  | { readonly state: 'gone' };

export const HEARTBEAT_MS = 10_000;
/** An owner that cannot be seen from here counts as dead after so long a silence: nine beats. */
export const SILENCE_MS = 90_000;

export function writeOwner(file: string): void {
  writeScratch(file, JSON.stringify(self()));
}

/** Beats, until the function that is returned is called. */
export function keepAlive(file: string): () => void {
  const beat = setInterval(() => {
    touch(file);
  }, HEARTBEAT_MS).unref();
  return () => {
    clearInterval(beat);
  };
}

/**
 * Decides if the owner in an entry is alive; in doubt it is. `now`: milliseconds by the clock of the file system that
 * dates the entry. The clocks of two hosts may differ.
 */
export function judgeOwner(file: string, now: () => number): OwnerState {
  const owner = read(file);
  const seen = owner && look(owner);
  if (seen === 'dead') return { state: 'dead' };
  if (owner && seen === 'alive') return { state: 'alive', name: nameOf(owner) };
  // After it was read, because a network file system asks the server for the times when a file is opened.
  const last = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (last === undefined) return { state: 'gone' };
  const silence = Math.max(0, now() - last);
  if (silence >= SILENCE_MS) return { state: 'dead' };
  return {
    state: 'alive',
    name: `${owner ? nameOf(owner) : 'another runner'}, last heard of ${Math.round(silence / 1000)} s ago`,
  };
}

/** Undefined if it cannot be read, or names no process. */
function read(file: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  const { host, boot, namespace, pid, started } = (value ?? {}) as Partial<Record<keyof Owner, unknown>>;
  const texts = [host, boot, namespace, started].every((text) => typeof text === 'string');
  return texts && Number.isSafeInteger(pid) && (pid as number) > 0 ? (value as Owner) : undefined;
}

function look(owner: Owner): 'alive' | 'dead' | 'unseen' {
  const me = self();
  if (owner.host !== me.host || owner.boot !== me.boot || owner.namespace !== me.namespace) return 'unseen';
  if (process.platform === 'linux' && me.namespace === '') return 'unseen';
  if (!exists(owner.pid)) return 'dead';
  const status = processStatus(owner.pid);
  // The system has no /proc, or hides the processes of others.
  if (status === undefined) return 'unseen';
  // A zombie has ended; only its parent, or the first process of a container, has not asked how.
  return status.state !== 'Z' && status.started === owner.started ? 'alive' : 'dead';
}

function self(): Owner {
  return {
    host: os.hostname(),
    boot: text('/proc/sys/kernel/random/boot_id').trim(),
    namespace: namespaceOfSelf(),
    pid: process.pid,
    started: processStatus(process.pid)?.started ?? '',
  };
}

function nameOf({ pid, host, boot, namespace }: Owner): string {
  const me = self();
  if (host !== me.host) return `process ${pid} on ${host}`;
  if (boot !== me.boot) return `process ${pid} of an earlier start of this machine, or of another one of its name`;
  return namespace === me.namespace ? `process ${pid}` : `process ${pid} of another container`;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function namespaceOfSelf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
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
    // The next beat may succeed; an entry that was lost for good costs double work, never a wrong result.
  }
}
