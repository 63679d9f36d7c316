/**
 * The processes of a stage. The session of its first process holds most of them; a process group would be too small,
 * because programs make groups of their own (coreutils' `timeout`, every shell with job control). Processes that left
 * the session too (torchrun's workers, daemons) are found by the tag in their environment.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { processStatus } from '../../util/process-status.ts';
import { TAG_VARIABLE } from './execution-tag.ts';
import { TagSearch } from './tag-search.ts';

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
  readonly #search = new TagSearch();

  /** @param tag the value of the variable TAG_VARIABLE in the environment of the leader */
  constructor(leader: number, tag: string) {
    this.#leader = leader;
    this.#tag = tag;
    this.#since = Number((processStatus(leader) ?? processStatus(process.pid))?.started ?? 0);
  }

  /** Those that live. Elsewhere than on Linux only the group is known, and none is listed. */
  list(): StageProcess[] {
    return processes((status, pid) => {
      if (status.session === this.#leader) return true;
      return Number(status.started) >= this.#since && this.#search.has(`${this.#tag}\0`, pid, status);
    });
  }

  /** True as well while a process might be one of the stage. */
  isAlive(): boolean {
    if (!isLinux) return send(-this.#leader, 0);
    this.#search.begin();
    return this.list().length > 0 || this.#search.isUnclear;
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

export function taggedProcesses(place: string, search: TagSearch): TaggedProcess[] {
  return processes((status, pid) => search.has(place, pid, status)).flatMap(({ pid }) => {
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
  const found: StageProcess[] = [];
  const seen = new Set<string>();
  const unseen = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !seen.has(name));
  // Again for processes that were born meanwhile: their parent may have ended before it was looked at.
  for (let names = unseen(); names.length > 0; names = unseen())
    for (const name of names) {
      seen.add(name);
      const pid = Number(name);
      const status = processStatus(pid); // undefined: it has ended since
      if (status === undefined || status.state === 'Z' || status.state === 'X' || !isWanted(status, pid)) continue;
      found.push({ pid, group: status.group, session: status.session });
    }
  return found;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // it has ended since
  }
}
