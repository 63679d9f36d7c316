/** Who a private folder belongs to, so that what a dead runner left behind can be told from what a living one uses. */
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';

interface Owner {
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
  let owner: Owner;
  try {
    owner = JSON.parse(readFileSync(file, 'utf8')) as Owner;
  } catch {
    return false;
  }
  const me = self();
  if (owner.host !== me.host || typeof owner.pid !== 'number') return false;
  if (owner.boot !== me.boot) return owner.boot !== '' && me.boot !== '';
  if (owner.namespace !== me.namespace) return false;
  return !isRunning(owner.pid) || startTime(owner.pid) !== owner.started;
}

function self(): Owner {
  return { host: os.hostname(), boot: read('/proc/sys/kernel/random/boot_id').trim(), namespace: namespaceOfSelf(), pid: process.pid, started: startTime(process.pid) };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of /proc/<pid>/stat; the command in field 2 may hold anything, so count from its last parenthesis. */
function startTime(pid: number): string {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
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
