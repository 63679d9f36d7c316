/**
 * Looks for a tag in the environments of processes, again and again.
 *
 * While a process replaces its program (execve), its environment reads as empty. On a busy machine that can take long
 * enough for a search to pass it by. Such a process is unclear, and is to be looked at again. A process without any
 * variable reads the same; it counts as none of ours after a while.
 */
import { readFileSync } from 'node:fs';
import type { ProcessStatus } from '../../util/process-status.ts';
import { TAG_VARIABLE } from './execution-tag.ts';

const PATIENCE_MS = 1000;
/** The parent of all threads of the kernel, which have no environment. */
const KERNEL = 2;

export class TagSearch {
  readonly #emptySince = new Map<string, number>();
  readonly #since: number;
  #isUnclear = false;

  /** @param since processes that started before have an environment; in ticks since the machine started */
  constructor(since = 0) {
    this.#since = since;
  }

  begin(): void {
    this.#isUnclear = false;
  }

  /** True if a process since `begin` must be looked at again. */
  get isUnclear(): boolean {
    return this.#isUnclear;
  }

  /** @param beginning of the value of the tag */
  has(beginning: string, pid: number, status: ProcessStatus): boolean {
    const environment = environmentTextOf(pid);
    if (environment === '') this.#noteEmpty(pid, status);
    return `\0${environment ?? ''}`.includes(`\0${TAG_VARIABLE}=${beginning}`);
  }

  #noteEmpty(pid: number, { parent, started }: ProcessStatus): void {
    if (parent === KERNEL || pid === KERNEL || Number(started) < this.#since) return;
    const key = `${pid} ${started}`;
    const since = this.#emptySince.get(key) ?? performance.now();
    this.#emptySince.set(key, since);
    if (performance.now() - since < PATIENCE_MS) this.#isUnclear = true;
  }
}

/** Undefined: it has ended, or it is another user's, hence none of ours. */
function environmentTextOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return undefined;
  }
}
