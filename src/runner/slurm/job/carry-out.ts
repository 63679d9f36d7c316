/** Carries out the order of an attempt inside a job or a step: one start of it, in a folder of its own. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { localExecutor } from '../../execution/local-executor.ts';
import { setLongTimer } from '../../execution/long-timer.ts';
import { taskOf } from '../../execution/task.ts';
import type { RunningTask, TaskEnd } from '../../execution/executor.ts';
import type { Grant } from '../../execution/grant.ts';
import { describeGrant } from '../../execution/grant.ts';
import { significant } from '../../../util/number.ts';
import { expectedFailure } from '../../execution/expected-failure.ts';
import { sleep } from '../../execution/sleep.ts';
import { isRevoked } from '../attempt-submission.ts';
import { slurmCommands, type SlurmCommands } from '../commands.ts';
import { listFiles } from '../listed-files.ts';
import type { Order } from '../order-file.ts';
import {
  checkpointOf,
  messagesOf,
  newestStart,
  outputsOf,
  startPath,
  writeEnd,
  type Started,
  type StartEnd,
} from '../starts.ts';
import { beginStart, isForeign } from './begin-start.ts';
import { isFruitless, MOST_FRUITLESS } from '../fruitless.ts';
import { SaveWatch, writeSaveTimes } from '../save-times.ts';
import type { Submission } from '../submission-file.ts';
import type { Job } from './job.ts';
import { whyStopped, type WhyStopped } from './why-stopped.ts';

/** Between two looks for a newer start, or a revocation. */
const LEASE_LOOK_MS = 5000;
/** Slurm asks all processes of a job to end at once: the end of the stage may be seen before the signal is. */
const SIGNAL_MS = 250;
/** After `scontrol requeue` Slurm ends the job itself. */
const REQUEUE_MS = 60_000;

/** The exit code of the job. A stage that failed is no failure of the job. */
export async function carryOutOrder(order: Order, attempt: string, submission: Submission, job: Job): Promise<number> {
  if (isForeign(attempt, submission.id, job.id)) {
    process.stderr.write(`pipeline: another job carries out this attempt, so job ${job.id} does nothing.\n`);
    return 0;
  }
  const begun = await beginStart(order, attempt, submission.id, job);
  return new OrderRun(order, attempt, job, begun, submission.allocation !== undefined).run();
}

class OrderRun {
  readonly #order: Order;
  readonly #attempt: string;
  readonly #job: Job;
  readonly #number: number;
  readonly #started: Started;
  readonly #start: string;
  /** The program of the allocation queues the allocation again; else the job queues itself. */
  readonly #isStep: boolean;
  readonly #began = performance.now();
  readonly #commands: SlurmCommands = slurmCommands();
  #cut: 'timeout' | 'lost' | Promise<WhyStopped> | undefined;
  #task: RunningTask | undefined;
  #saves: SaveWatch | undefined;

  constructor(
    order: Order,
    attempt: string,
    job: Job,
    { number, started }: { readonly number: number; readonly started: Started },
    isStep: boolean,
  ) {
    this.#order = order;
    this.#attempt = attempt;
    this.#job = job;
    this.#number = number;
    this.#started = started;
    this.#start = startPath(attempt, number);
    this.#isStep = isStep;
  }

  async run(): Promise<number> {
    process.on('SIGTERM', () => {
      this.#stop(() => whyStopped(this.#job.id, this.#order.graceSeconds, this.#commands));
    });
    const temporary = mkdtempSync(path.join(process.env.TMPDIR ?? os.tmpdir(), 'pipeline-job-'));
    const { timeoutMs } = this.#order.instance;
    const stopTimer = setLongTimer(timeoutMs === undefined ? undefined : this.#left(timeoutMs), () => {
      this.#stop(() => 'timeout');
    });
    this.#saves = new SaveWatch(checkpointOf(this.#start));
    const look = setInterval(() => {
      this.#saves?.look();
      if (this.#isReplaced()) this.#stop(() => 'lost');
      else if (isRevoked(this.#attempt)) this.#stop(() => Promise.resolve('other'));
    }, LEASE_LOOK_MS);
    try {
      return await this.#conclude(await this.#perform(temporary));
    } catch (error) {
      await this.#write({ kind: 'broken', seconds: this.#seconds(), failure: expectedFailure(error) });
      return 0;
    } finally {
      stopTimer();
      clearInterval(look);
      rmSync(temporary, { recursive: true, force: true });
    }
  }

  #left(timeoutMs: number): number {
    return Math.max(0, timeoutMs - 1000 * this.#started.secondsBefore);
  }

  #stop(why: () => 'timeout' | 'lost' | Promise<WhyStopped>): void {
    this.#cut ??= why();
    this.#saves?.asked();
    this.#task?.stop();
  }

  /** Runs the stage as the runner does on its own machine. */
  async #perform(temporary: string): Promise<TaskEnd> {
    const { instance, sandbox, root, hostProgram, graceMs, log, lineage, storeFolder, variables } = this.#order;
    Object.assign(process.env, variables, { TMPDIR: temporary });
    const outputs = Object.fromEntries(
      Object.entries(instance.outputs).map(([name, { kind, file }]) => {
        const place = path.join(outputsOf(this.#start), name, file);
        mkdirSync(kind === 'folder' ? place : path.dirname(place), { recursive: true });
        return [name, place];
      }),
    );
    const mine = { ...sandbox, folder: this.#start, outputs, checkpoint: checkpointOf(this.#start) };
    const { task, warnings } = await taskOf(instance, { ...mine, versions: new Map(), log: () => log }, this.#grant(), {
      root,
      hostProgram,
      graceMs,
      log,
      lineage: () => Promise.resolve(lineage),
    });
    const messages = messagesOf(this.#start);
    const tell = (message: object): void => {
      appendFileSync(messages, `${JSON.stringify(message)}\n`);
    };
    for (const message of warnings) tell({ type: 'warning', message });
    const executor = localExecutor(storeFolder);
    try {
      this.#task = executor.start(task, tell);
      if (this.#cut !== undefined) this.#task.stop();
      const end = await this.#task.ended;
      await sleep(SIGNAL_MS, new AbortController().signal);
      const times = this.#saves?.ended(instance.stage);
      if (times !== undefined) await writeSaveTimes(storeFolder, times);
      return end;
    } finally {
      await executor.close();
    }
  }

  #grant(): Grant {
    return { amounts: this.#order.amounts, gpus: this.#job.gpus };
  }

  async #conclude(end: TaskEnd): Promise<number> {
    const cut = await this.#cut;
    // A newer start holds the lease: this one writes nothing more.
    if (cut === 'lost' || this.#isReplaced()) return 0;
    const seconds = this.#seconds();
    switch (cut) {
      case undefined:
        await this.#write({
          ...{ kind: 'ended', end, seconds },
          outputs: end.kind === 'exit' && end.code === 0 ? await listFiles(outputsOf(this.#start)) : [],
          execution: {
            started: this.#started.time,
            seconds: significant(seconds + this.#started.secondsBefore),
            resumes: this.#started.resumes,
            host: this.#job.node,
            platform: `${process.platform}-${process.arch}`,
            node: process.version,
            resources: describeGrant(this.#grant()),
          },
        });
        return 0;
      case 'timeout':
        await this.#write({ kind: 'timeout', seconds });
        return 0;
      case 'other':
        await this.#write({ kind: 'stopped', seconds });
        return 0;
      case 'time-limit':
        return this.#requeue(seconds);
    }
  }

  /** Slurm never starts a job again after its time limit: the job asks for it. */
  async #requeue(seconds: number): Promise<number> {
    if (isFruitless(this.#start, this.#started)) {
      const starts = this.#started.fruitless + 1;
      if (starts >= MOST_FRUITLESS) {
        await this.#write({ kind: 'fruitless', seconds, starts });
        return 0;
      }
    }
    await this.#write({ kind: 'time-limit', seconds, requeued: true });
    if (this.#isStep) return 0;
    const answer = await this.#commands.call('scontrol', ['requeue', this.#job.id]);
    if (answer.kind === 'answer') {
      await sleep(REQUEUE_MS, new AbortController().signal);
      return 0;
    }
    await this.#write({ kind: 'time-limit', seconds, requeued: false, message: answer.message });
    return 0;
  }

  #seconds(): number {
    return significant((performance.now() - this.#began) / 1000);
  }

  #isReplaced(): boolean {
    return newestStart(this.#attempt) > this.#number;
  }

  #write(end: StartEnd): Promise<void> {
    return writeEnd(this.#start, end);
  }
}
