/** Cancels jobs, together where they belong together. Slurm asks them to end first, so that they save a checkpoint. */
import { revokeTasks } from './allocation/revoke-tasks.ts';
import type { SlurmCommands } from './commands.ts';
import type { Submission } from './submission-file.ts';
import { askQueue, entryKey } from './queue.ts';

/** Ctrl-C stops all attempts at once. */
const TOGETHER_MS = 50;
const PAUSE_MS = 5000;

export class Canceller {
  readonly #storeFolder: string;
  readonly #commands: SlurmCommands;
  readonly #asked = new Map<Submission, Set<number>>();
  #isDue = false;

  constructor(storeFolder: string, commands: SlurmCommands) {
    this.#storeFolder = storeFolder;
    this.#commands = commands;
  }

  cancelJob(id: string, clusters: readonly string[]): void {
    void this.#commands.call('scancel', [...clusters, id]);
  }

  cancelSubmission(submission: Submission, index: number): void {
    this.#asked.set(submission, (this.#asked.get(submission) ?? new Set()).add(index));
    if (this.#isDue) return;
    this.#isDue = true;
    setTimeout(() => {
      this.#isDue = false;
      const all = [...this.#asked];
      this.#asked.clear();
      void this.#cancelAll(all);
    }, TOGETHER_MS);
  }

  async #cancelAll(all: readonly (readonly [Submission, ReadonlySet<number>])[]): Promise<void> {
    const steps = all.filter(([{ allocation }]) => allocation !== undefined);
    const tasks = steps.flatMap(([submission, indices]) => [...indices].map((index) => ({ submission, index })));
    await revokeTasks(this.#storeFolder, tasks, this.#commands);
    for (const [submission, indices] of all) {
      if (submission.allocation !== undefined) continue;
      const whole = indices.size === submission.tasks.length;
      // By name: a number may belong to another job by now.
      if (whole) await this.#insist([...submission.clusters, `--name=${submission.name}`, `--user=${USER}`]);
      else await this.#cancelMembers(submission, indices);
    }
  }

  async #cancelMembers({ name, clusters }: Submission, indices: ReadonlySet<number>): Promise<void> {
    const answer = await askQueue(this.#commands, name, clusters);
    if (answer.kind !== 'queue') return;
    const ids = [...indices].flatMap((index) => answer.queue.get(entryKey(name, index))?.id ?? []);
    if (ids.length > 0) await this.#insist([...clusters, ...ids]);
  }

  /** A controller that does not answer is asked again. */
  async #insist(words: readonly string[]): Promise<void> {
    while ((await this.#commands.call('scancel', words)).kind === 'unreachable')
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

const USER = String(process.getuid?.() ?? '');
