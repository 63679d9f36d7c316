/**
 * The processes of a stage. The session of its first process holds most of them; a process group would be too small,
 * because programs make groups of their own (coreutils' `timeout`, every shell with job control). Processes that left
 * the session too (torchrun's workers, daemons) are found by the tag in their environment.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { processStatus } from '../../util/process-status.ts';
import { TAG_VARIABLE } from './execution-tag.ts';

export interface StageProcess {
  readonly pid: number;
  readonly group: number;
  readonly session: number;
}

export class StageProcesses {
  readonly #leader: number;
  readonly #tag: string;
  /** No process of the stage is older than its leader, so that the environment of older ones is not read. */
  readonly #since: number;

  /** @param tag the value of the variable TAG_VARIABLE in the environment of the leader */
  constructor(leader: number, tag: string) {
    this.#leader = leader;
    this.#tag = tag;
    this.#since = Number(processStatus(leader)?.started ?? 0);
  }

  /** Those that live. Elsewhere than on Linux only the group is known, and none is listed. */
  list(): StageProcess[] {
    return processes(({ session, started }, pid) => {
      if (session === this.#leader) return true;
      return Number(started) >= this.#since && isTagged(pid, `${this.#tag}\0`);
    });
  }

  isAlive(): boolean {
    return isLinux ? this.list().length > 0 : send(-this.#leader, 0);
  }

  /** Sends a signal to each process of the session once. `everywhere`: also to the processes that left the session. */
  signal(signal: NodeJS.Signals, reach: 'session' | 'everywhere'): void {
    send(-this.#leader, signal);
    for (const { pid, group, session } of this.list())
      if (group !== this.#leader && (reach === 'everywhere' || session === this.#leader)) send(pid, signal);
  }

  hasLeftSession({ session }: StageProcess): boolean {
    return session !== this.#leader;
  }

  /** The largest peak of resident memory among the living processes, in bytes; undefined if unknown. */
  peakMemory(): number | undefined {
    const peaks = this.list().flatMap(({ pid }) => {
      const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
      return kibibytes === undefined ? [] : [Number(kibibytes) * 1024];
    });
    return peaks.length === 0 ? undefined : Math.max(...peaks);
  }
}

/** A living process whose tag begins with the place; `rest`: what follows it. */
export interface TaggedProcess {
  readonly pid: number;
  readonly rest: string;
}

export function taggedProcesses(place: string): TaggedProcess[] {
  return processes((_, pid) => isTagged(pid, place)).flatMap(({ pid }) => {
    const rest = `\0${read(`/proc/${pid}/environ`)}`.split(`\0${TAG_VARIABLE}=${place}`)[1]?.split('\0')[0];
    return rest === undefined ? [] : [{ pid, rest }];
  });
}

/** The command of a process, as `ps` shows it. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** False if there is no such process or group (any more). */
export function send(target: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    if ((error as NodeJS.ErrnoException).code === 'EPERM') return true; // setuid programs cannot be ended by us
    throw error;
  }
}

const isLinux = process.platform === 'linux';

type Status = NonNullable<ReturnType<typeof processStatus>>;

function processes(isWanted: (status: Status, pid: number) => boolean): StageProcess[] {
  if (!isLinux) return [];
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    const status = processStatus(pid); // undefined: it has ended since
    if (status === undefined || status.state === 'Z' || status.state === 'X' || !isWanted(status, pid)) return [];
    return [{ pid, group: status.group, session: status.session }];
  });
}

/** The environment of other users' processes cannot be read; they are none of ours. */
function isTagged(pid: number, beginning: string): boolean {
  return `\0${read(`/proc/${pid}/environ`)}`.includes(`\0${TAG_VARIABLE}=${beginning}`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it has ended since
  }
}
