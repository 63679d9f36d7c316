/**
 * The processes of a stage: all of the session that its first process leads. A process group would be too small, because
 * programs make groups of their own (coreutils' `timeout` does, and every shell with job control).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { processStatus } from '../../util/process-status.ts';

/** Sends a signal to every process of the session, and to none twice. */
export function signalSession(leader: number, signal: NodeJS.Signals): void {
  send(-leader, signal);
  for (const { pid, group } of processesOf(leader)) if (group !== leader) send(pid, signal);
}

/** True if a process of the session still runs. */
export function isSessionAlive(leader: number): boolean {
  return isLinux ? processesOf(leader).length > 0 : send(-leader, 0);
}

/** The largest peak of resident memory among the living processes of the session, in bytes; undefined where the system does not tell. */
export function peakMemoryOf(leader: number): number | undefined {
  const peaks = processesOf(leader).flatMap(({ pid }) => {
    const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
    return kibibytes === undefined ? [] : [Number(kibibytes) * 1024];
  });
  return peaks.length === 0 ? undefined : Math.max(...peaks);
}

const isLinux = process.platform === 'linux';

interface Process {
  readonly pid: number;
  readonly group: number;
}

/** Elsewhere than on Linux only the group is known. */
function processesOf(session: number): Process[] {
  if (!isLinux) return [];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const status = processStatus(Number(name)); // undefined: it has ended since
    return status?.session === session && status.state !== 'Z' && status.state !== 'X'
      ? [{ pid: Number(name), group: status.group }]
      : [];
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // it has ended since
  }
}

/** False when there is no such process or group (any more). */
function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return true; // setuid programs are not ours to end
    throw error;
  }
}
