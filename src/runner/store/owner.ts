/** Who a private folder belongs to, so that what a dead runner left behind can be told from what a living one uses. */
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';

export interface Owner {
  readonly host: string;
  /** Changes with every start of the machine; empty where the system does not tell. */
  readonly boot: string;
  /** Process numbers mean something only within their namespace (a container has its own). */
  readonly namespace: string;
  readonly pid: number;
  /** Process numbers are used again: number and start time together are not. */
  readonly started: string;
}

export function writeOwner(file: string): void {
  writeFileSync(file, JSON.stringify(self()));
}

/** Only what is proved: another host, another container or an unreadable file may belong to a living runner. */
export function isProvablyDead(file: string): boolean {
  return readOwner(file).state === 'dead';
}

/** `unknown`: it cannot be seen from here, because it is on another host, in another container, or its file is unreadable. */
export function readOwner(file: string): { readonly state: 'alive' | 'dead' | 'unknown'; readonly owner: Owner | undefined } {
  let owner: Owner;
  try {
    owner = JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return { state: 'unknown', owner: undefined };
  }
  return { state: stateOf(owner), owner };
}

function stateOf(owner: Owner): 'alive' | 'dead' | 'unknown' {
  const me = self();
  if (owner.host !== me.host || typeof owner.pid !== 'number') return 'unknown';
  if (owner.boot !== me.boot) return owner.boot !== '' && me.boot !== '' ? 'dead' : 'unknown';
  if (owner.namespace !== me.namespace) return 'unknown';
  return isRunning(owner.pid) && startTime(owner.pid) === owner.started ? 'alive' : 'dead';
}

function self(): Owner {
  return { host: os.hostname(), boot: read('/proc/sys/kernel/random/boot_id').trim(), namespace: namespaceOfSelf(), pid: process.pid, started: startTime(process.pid) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  // A zombie has ended; only its parent, or the first process of a container, has not asked how.
  return fieldsOf(pid)[0] !== 'Z';
}

function startTime(pid: number): string {
  return fieldsOf(pid)[19] ?? '';
}

/** The fields of /proc/<pid>/stat from the third on; the command in the second may hold anything, so count from its last parenthesis. */
function fieldsOf(pid: number): string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function namespaceOfSelf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
