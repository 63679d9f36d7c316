/**
 * Follows all jobs of a run: their files every second or two, and the queue with one `squeue` per interval. The
 * interval grows as long as nothing changes. A controller that does not answer is no verdict: it is asked again, and
 * the user is told.
 */
import type { SlurmCommands } from './commands.ts';
import { askQueue, type Queue } from './queue.ts';
import { JOB_PREFIX } from './job-name.ts';

export interface FollowedJob {
  /** Looks at its files. True if something changed. */
  lookAtFiles(): boolean;
  /** Compares with the queue. True if something changed. */
  lookAtQueue(queue: Queue): boolean;
  /** Words that choose its cluster. */
  readonly clusters: readonly string[];
}

export interface MonitorOptions {
  readonly intervalMs: number;
  readonly tell: (sentence: string) => void;
}

const LONGEST_INTERVAL_MS = 60_000;
const GROWTH = 1.5;
/** Files are looked at so often, and less often if there are very many jobs. */
const FILES_MS = 1000;
const FILES_MS_PER_JOB = 4;

export class JobMonitor {
  readonly #commands: SlurmCommands;
  readonly #options: MonitorOptions;
  readonly #jobs = new Set<FollowedJob>();
  #interval: number;
  #files: NodeJS.Timeout | undefined;
  #queue: NodeJS.Timeout | undefined;
  #asking = false;
  #silentSince: number | undefined;

  constructor(commands: SlurmCommands, options: MonitorOptions) {
    this.#commands = commands;
    this.#options = options;
    this.#interval = options.intervalMs;
  }

  follow(job: FollowedJob): void {
    this.#jobs.add(job);
    this.#files ??= this.#laterFiles();
    this.askSoon();
  }

  forget(job: FollowedJob): void {
    this.#jobs.delete(job);
    if (this.#jobs.size > 0) return;
    clearTimeout(this.#files);
    clearTimeout(this.#queue);
    this.#files = this.#queue = undefined;
  }

  /** Something is about to change: the next question comes after the shortest interval. */
  askSoon(): void {
    if (this.#interval === this.#options.intervalMs && this.#queue !== undefined) return;
    this.#interval = this.#options.intervalMs;
    if (this.#asking) return;
    clearTimeout(this.#queue);
    this.#queue = this.#laterQueue();
  }

  #laterFiles(): NodeJS.Timeout {
    const pause = Math.max(FILES_MS, FILES_MS_PER_JOB * this.#jobs.size);
    return setTimeout(() => {
      for (const job of [...this.#jobs]) job.lookAtFiles();
      if (this.#jobs.size > 0) this.#files = this.#laterFiles();
    }, pause);
  }

  #laterQueue(): NodeJS.Timeout {
    return setTimeout(() => {
      void this.#ask();
    }, this.#interval);
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    let changed = false;
    // Jobs of one run are in one cluster, but for those of an earlier run with other settings.
    const clusters = new Map([...this.#jobs].map((job) => [job.clusters.join(' '), job.clusters]));
    for (const [key, words] of clusters) {
      const answer = await askQueue(this.#commands, JOB_PREFIX, words);
      if (answer.kind === 'unreachable') {
        this.#isSilent(answer.message);
        continue;
      }
      this.#hasAnswered();
      for (const job of [...this.#jobs])
        if (job.clusters.join(' ') === key) changed = job.lookAtQueue(answer.queue) || changed;
    }
    this.#asking = false;
    this.#interval = changed ? this.#options.intervalMs : Math.min(LONGEST_INTERVAL_MS, this.#interval * GROWTH);
    if (this.#jobs.size > 0) this.#queue = this.#laterQueue();
  }

  #isSilent(message: string): void {
    if (this.#silentSince !== undefined) return;
    this.#silentSince = Date.now();
    this.#options.tell(`Slurm gives no answer (${message}). Jobs may go on; Slurm is asked again until it answers.`);
  }

  #hasAnswered(): void {
    if (this.#silentSince === undefined) return;
    const seconds = Math.round((Date.now() - this.#silentSince) / 1000);
    this.#silentSince = undefined;
    this.#options.tell(`Slurm answers again, after ${seconds} s.`);
  }
}
