/**
 * The program of an allocation. It begins tasks of the allocation's folder as steps, as long as there is room for them,
 * and ends when nothing is left and nothing more comes. Before the time limit all steps save their checkpoints, and the
 * allocation is queued again.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  allocationPath,
  closeAllocation,
  isNoMore,
  removeTask,
  tasksIn,
  type Allocation,
} from '../allocation/allocation-folder.ts';
import { shareOf } from '../allocation/allocation-size.ts';
import type { SlurmCommands } from '../commands.ts';
import { newestStart, takeStart } from '../starts.ts';
import { submissionPath } from '../submission-file.ts';
import { AllocationNodes } from './allocation-nodes.ts';
import { isConcluded, readTask, wasKilled, writeVerdict, type AllocationTask } from './allocation-task.ts';
import { runStep, type StepEnd } from './step.ts';
import { whyStopped, type WhyStopped } from './why-stopped.ts';

export interface AllocationDeps {
  readonly storeFolder: string;
  readonly jobId: string;
  readonly nodes: readonly string[];
  /** The built src/runner/slurm/job/main.ts. */
  readonly jobProgram: string;
  readonly commands: SlurmCommands;
}

const LOOK_MS = 1000;
/** A runner that still works has something to do by then; one that died pays no more. */
const IDLE_MS = 60_000;
/** Slurm ends the job itself: after `scontrol requeue`, and after a failed node. */
const REQUEUE_MS = 60_000;
/** After a step without an end, in case its node failed: Slurm then ends the whole job. */
const SETTLE_MS = 10_000;
/** A step that cannot be started is tried so often. */
const MOST_TRIES = 3;

export class AllocationRun {
  readonly #allocation: Allocation;
  readonly #deps: AllocationDeps;
  readonly #folder: string;
  readonly #nodes: AllocationNodes;
  readonly #number: number;
  readonly #tasks = new Map<string, AllocationTask | undefined>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #tries = new Map<string, number>();
  #stopping: Promise<WhyStopped> | undefined;
  #idleSince = performance.now();

  constructor(allocation: Allocation, deps: AllocationDeps) {
    this.#allocation = allocation;
    this.#deps = deps;
    this.#folder = allocationPath(deps.storeFolder, allocation.id);
    this.#nodes = new AllocationNodes(deps.nodes, allocation.size);
    this.#number = takeStart(this.#folder);
  }

  /** The exit code of the job. */
  async run(): Promise<number> {
    process.on('SIGTERM', () => {
      const { jobId, commands } = this.#deps;
      this.#stopping ??= whyStopped(jobId, this.#allocation.graceSeconds, commands);
    });
    while (this.#stopping === undefined) {
      if (!existsSync(this.#folder)) return 0; // the store was removed
      // After a failed node Slurm starts the job again, and this process may live on beside the new one.
      if (newestStart(this.#folder) > this.#number) return 1;
      this.#look();
      if (this.#isDone() && closeAllocation(this.#deps.storeFolder, this.#allocation.id)) return 0;
      await sleep(LOOK_MS);
    }
    return await this.#stop(await this.#stopping);
  }

  #look(): void {
    for (const name of tasksIn(this.#folder)) {
      if (this.#running.has(name)) continue;
      const task = this.#taskOf(name);
      if (task === undefined || isConcluded(task)) removeTask(this.#folder, name);
      else this.#begin(task);
    }
  }

  #taskOf(name: string): AllocationTask | undefined {
    if (!this.#tasks.has(name)) this.#tasks.set(name, readTask(this.#deps.storeFolder, name));
    return this.#tasks.get(name);
  }

  #begin(task: AllocationTask): void {
    const { storeFolder, jobId, jobProgram } = this.#deps;
    const share = shareOf(task.order.amounts);
    const node = this.#nodes.take(share);
    if (node === undefined) return;
    const command = [process.execPath, jobProgram, submissionPath(storeFolder, task.submission), String(task.index)];
    const step = runStep({ jobId, node, share, command }).then(async (end) => {
      await this.#judge(task, node, end);
      this.#nodes.giveBack(node, share);
      this.#running.delete(task.name);
      this.#idleSince = performance.now();
    });
    this.#running.set(task.name, step);
  }

  /** A step that ended without an end in its files was killed, or could not be started. */
  async #judge(task: AllocationTask, node: string, { succeeded, output }: StepEnd): Promise<void> {
    const ranOut = /oom[-_ ]kill|out of memory/i.test(output);
    if (this.#isStopping() || (isConcluded(task) && !(ranOut && wasKilled(task)))) return;
    await sleep(SETTLE_MS);
    if (this.#isStopping() || (succeeded && !ranOut)) return;
    const tries = (this.#tries.get(task.name) ?? 0) + 1;
    this.#tries.set(task.name, tries);
    if (!ranOut && tries < MOST_TRIES) return; // the next look begins it again
    const state = ranOut ? 'OUT_OF_MEMORY' : 'FAILED';
    await writeVerdict(task, { state, node, job: this.#deps.jobId, output: output.split('\n').slice(-2).join(' / ') });
  }

  #isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  #isDone(): boolean {
    if (this.#running.size > 0 || tasksIn(this.#folder).length > 0) return false;
    return isNoMore(this.#folder) || performance.now() - this.#idleSince > IDLE_MS;
  }

  /** Slurm asks the steps itself to end, but before the time limit it asks this program alone. */
  async #stop(why: WhyStopped): Promise<number> {
    const { jobId, commands } = this.#deps;
    if (why === 'time-limit' && this.#running.size > 0) await this.#insist('scancel', ['--signal=TERM', jobId]);
    await Promise.all(this.#running.values());
    if (why === 'other' || !this.#isAnythingLeft()) return 0;
    const answer = await commands.call('scontrol', ['requeue', jobId]);
    if (answer.kind === 'answer') await sleep(REQUEUE_MS);
    else process.stderr.write(`pipeline: the allocation is not queued again: ${answer.message}\n`);
    return 0;
  }

  #isAnythingLeft(): boolean {
    return tasksIn(this.#folder).some((name) => {
      const task = this.#taskOf(name);
      return task !== undefined && !isConcluded(task);
    });
  }

  /** A controller that does not answer is asked again: Slurm ends the job in any case. */
  async #insist(program: 'scancel', words: readonly string[]): Promise<void> {
    while ((await this.#deps.commands.call(program, words)).kind === 'unreachable') await sleep(LOOK_MS);
  }
}
