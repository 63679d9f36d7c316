/**
 * One attempt as a job of Slurm: submitted, followed by its files and by the queue, and submitted again where Slurm
 * forgot it or does not requeue it. A finished result on disk is taken, whatever the queue says.
 */
import path from 'node:path';
import type { AttemptListener, AttemptResult, RunningAttempt } from '../execution/attempt-executor.ts';
import { expectedFailure } from '../execution/expected-failure.ts';
import { logTail } from '../execution/log-tail.ts';
import type { Sandbox } from '../executions.ts';
import { bytesText } from './bytes-text.ts';
import { returnCheckpoint } from './drop-attempt.ts';
import { failureOfFruitless, failureOfLosses, failureOfReason, failureOfState, type JobFailure } from './failures.ts';
import { isFruitless, MOST_FRUITLESS } from './fruitless.ts';
import type { FollowedJob } from './job-monitor.ts';
import { bringBack, missingOf } from './listed-files.ts';
import { MessageTail } from './message-tail.ts';
import { attemptFolder, type Order } from './order-file.ts';
import { allocationPath, isTaskOpen, removeTask, taskName } from './allocation/allocation-folder.ts';
import type { Queue, QueueEntry } from './queue.ts';
import { entryOf } from './entry-of.ts';
import type { SlurmContext } from './slurm-context.ts';
import { isKill, newestStart, outputsOf, readEnd, readStarted, startPath, writeEnd, type StartEnd } from './starts.ts';
import { hasEnded, isHeld, isKnownState, isWaiting, remedyOfReason } from './states.ts';
import { outputOfTask, type Submission } from './submission-file.ts';
import { present } from '../../util/known.ts';

/** A job that the queue does not know is looked for so often, at the least, before it counts as lost. */
const LEAST_ABSENCES = 3;
/** Slurm may forget a job (a controller that was killed); more often, something else is wrong. */
const MOST_LOSSES = 3;

/** The submission that is followed. */
interface Followed {
  readonly submission: Submission;
  readonly index: number;
}

export class SlurmAttempt implements RunningAttempt, FollowedJob {
  readonly ended: Promise<AttemptResult>;
  readonly #order: Order;
  readonly #sandbox: Sandbox;
  readonly #listener: AttemptListener;
  readonly #context: SlurmContext;
  readonly #attempt: string;
  readonly #stopping = new AbortController();
  readonly #tail: MessageTail;
  #followed: Followed | undefined;
  #conclude: (end: Conclusion) => void = () => undefined;
  #concluding = false;
  #start = 0;
  #state = '';
  #absences = 0;
  #absentSince: number | undefined;
  #losses = 0;
  #endedSince: number | undefined;
  #cancelled = false;
  /** It was submitted by an earlier run. */
  #isLeft: boolean;

  constructor(order: Order, sandbox: Sandbox, listener: AttemptListener, context: SlurmContext, followed?: Followed) {
    this.#order = order;
    this.#sandbox = sandbox;
    this.#listener = listener;
    this.#context = context;
    this.#attempt = attemptFolder(sandbox.folder);
    this.#followed = followed;
    this.#isLeft = followed !== undefined;
    this.#tail = new MessageTail((message) => {
      listener.message(message);
    });
    this.ended = this.#run().catch((error: unknown) => ({ kind: 'failed', failure: expectedFailure(error) }));
  }

  get clusters(): readonly string[] {
    return this.#followed?.submission.clusters ?? [];
  }

  stop(): void {
    this.#stopping.abort();
    if (this.#followed !== undefined) this.#cancel();
  }

  async #run(): Promise<AttemptResult> {
    for (;;) {
      if (this.#followed === undefined) {
        const refused = await this.#submit();
        if (refused !== undefined) return refused;
        if (this.#context.isLeaving) return { kind: 'left' };
      }
      const conclusion = await this.#follow();
      if (conclusion.kind !== 'again') return await this.#resultOf(conclusion);
      this.#followed = undefined;
      this.#isLeft = false;
    }
  }

  async #submit(): Promise<AttemptResult | undefined> {
    const { instance, sandbox, amounts, number } = this.#order;
    const result = await this.#context.submitter.submit({
      stage: instance.stage,
      task: {
        sandbox: path.basename(sandbox.folder),
        instance: instance.id,
        fingerprint: sandbox.fingerprint,
        attempt: number,
      },
      amounts,
      secrets: instance.secrets,
      signal: this.#stopping.signal,
    });
    switch (result.kind) {
      case 'aborted':
        return this.#giveUp({ kind: 'stopped' });
      case 'refused':
        return this.#giveUp({ kind: 'failed', failure: result.failure });
      case 'submitted':
        this.#followed = result;
        if (this.#stopping.signal.aborted) this.#cancel();
        return undefined;
    }
  }

  #follow(): Promise<Conclusion> {
    this.#absences = 0;
    this.#endedSince = undefined;
    this.#concluding = false;
    return new Promise((resolve) => {
      this.#conclude = (end) => {
        if (this.#concluding) return;
        this.#concluding = true;
        this.#context.monitor.forget(this);
        resolve(end);
      };
      this.#context.monitor.follow(this);
      this.lookAtFiles();
    });
  }

  /** Passes messages on, and takes an end that needs no confirmation of the queue. */
  lookAtFiles(): boolean {
    const newest = newestStart(this.#attempt);
    const hadStarted = this.#start > 0;
    if (newest > this.#start && hadStarted)
      this.#context.tell(`${this.#order.instance.id}: its job has begun again, from its checkpoint.`);
    while (this.#start < newest) {
      this.#tail.read(); // the series of its metrics goes on in the next start
      if (this.#start > 0) this.#listener.restart();
      this.#tail.open(startPath(this.#attempt, ++this.#start));
    }
    if (this.#stopping.signal.aborted && this.#isDropped()) this.#conclude({ kind: 'stopped' });
    if (newest === 0) return false;
    this.#tail.read();
    const end = readEnd(startPath(this.#attempt, newest));
    if (end === undefined || !isFinal(end)) return newest > this.#start;
    // Slurm's kill for memory looks like any other; the queue knows better, and so does the program of an allocation.
    if (isKill(end) && !this.#isDropped()) return false;
    this.#tail.read();
    this.#conclude({ kind: 'end', end, start: newest });
    return true;
  }

  /** Its allocation has nothing to do for it any more. */
  #isDropped(): boolean {
    if (this.#followed?.submission.allocation === undefined) return false;
    return !isTaskOpen(this.#context.storeFolder, this.#followed.submission, this.#followed.index);
  }

  lookAtQueue(queue: Queue): boolean {
    const { submission, index } = present(this.#followed, 'submission');
    const entry = entryOf(queue, submission, index);
    this.lookAtFiles();
    if (this.#concluding) return true;
    const changed = this.#state !== stateText(entry);
    if (changed) this.#say(entry);
    this.#state = stateText(entry);
    if (entry === undefined) this.#isAbsent();
    else if (hasEnded(entry.state)) this.#hasEnded(entry);
    else this.#isThere(entry);
    return changed;
  }

  #isThere({ id, state, reason }: QueueEntry): void {
    if (this.#isDropped()) {
      this.#isAbsent();
      return;
    }
    this.#absences = 0;
    this.#endedSince = undefined;
    if (this.#stopping.signal.aborted && isWaiting(state)) this.#takeBack();
    if (this.#stopping.signal.aborted || !isWaiting(state)) return;
    const remedy = remedyOfReason(reason);
    if (remedy === undefined) return;
    this.#context.cancelJob(id, this.clusters);
    this.#conclude({ kind: 'failure', failure: failureOfReason(reason, remedy, id) });
  }

  /** A task that was revoked is taken from an allocation that has not begun. */
  #takeBack(): void {
    const { submission, index } = present(this.#followed, 'submission');
    if (submission.allocation === undefined) return;
    removeTask(allocationPath(this.#context.storeFolder, submission.allocation), taskName(submission.id, index));
    this.#conclude({ kind: 'stopped' });
  }

  #hasEnded(entry: QueueEntry): void {
    this.#context.submitter.isOver(present(this.#followed, 'submission').submission);
    const now = performance.now();
    this.#absences = 0;
    this.#endedSince ??= now;
    const end = this.#start === 0 ? undefined : readEnd(startPath(this.#attempt, this.#start));
    if (end !== undefined && isFinal(end)) {
      const isMemory = entry.state === 'OUT_OF_MEMORY' && isFailedEnd(end);
      if (isMemory) {
        this.#conclude({ kind: 'failure', failure: this.#failureOf(entry) });
        return;
      }
      this.#conclude({ kind: 'end', end, start: this.#start });
      return;
    }
    const { appear, settle } = this.#context.patience;
    const patience = entry.state === 'COMPLETED' && !this.#hasAskedForMore() ? appear : settle;
    this.#context.monitor.askSoon();
    if (now - this.#endedSince >= (this.#stopping.signal.aborted ? 0 : patience)) this.#concludeState(entry);
  }

  /** Its end was written, and it asks for another job. */
  #hasAskedForMore(): boolean {
    return this.#start > 0 && readEnd(startPath(this.#attempt, this.#start))?.kind === 'time-limit';
  }

  /** "Unknown" is no verdict: Slurm forgets ended jobs, and its controller may have lost one. */
  #isAbsent(): void {
    this.#context.monitor.askSoon();
    if (this.#stopping.signal.aborted && this.#absences > 0) {
      this.#conclude({ kind: 'stopped' });
      return;
    }
    this.#context.submitter.isOver(present(this.#followed, 'submission').submission);
    const now = performance.now();
    if (this.#absences === 0) this.#absentSince = now;
    const end = this.#start === 0 ? undefined : readEnd(startPath(this.#attempt, this.#start));
    if (end !== undefined && isFinal(end)) {
      this.#conclude({ kind: 'end', end, start: this.#start });
      return;
    }
    const isPatient = now - (this.#absentSince ?? now) < this.#context.patience.absent;
    if (++this.#absences < LEAST_ABSENCES || isPatient) return;
    if (end?.kind === 'time-limit') {
      this.#conclude({ kind: 'again' });
      return;
    }
    if (++this.#losses > MOST_LOSSES) {
      this.#conclude({ kind: 'failure', failure: failureOfLosses(this.#losses) });
      return;
    }
    this.#context.tell(`${this.#order.instance.id}: Slurm does not know its job any more, so it is submitted again.`);
    this.#conclude({ kind: 'again' });
  }

  #concludeState(entry: QueueEntry): void {
    if (this.#stopping.signal.aborted) {
      this.#conclude({ kind: 'stopped' });
      return;
    }
    const start = this.#start === 0 ? undefined : startPath(this.#attempt, this.#start);
    const end = start === undefined ? undefined : readEnd(start);
    if (end?.kind === 'time-limit') {
      this.#context.tell(`${this.#order.instance.id}: its job reached its time limit, so another one is submitted.`);
      this.#conclude({ kind: 'again' });
      return;
    }
    if (start === undefined && this.#followed?.submission.allocation !== undefined && hasRunOut(entry.state)) {
      this.#conclude({ kind: 'again' });
      return;
    }
    if (entry.state === 'CANCELLED' && this.#isLeft) {
      this.#context.tell(`${this.#order.instance.id}: its job was cancelled meanwhile, so it is submitted again.`);
      this.#conclude({ kind: 'again' });
      return;
    }
    if (entry.state === 'TIMEOUT' && start !== undefined) return void this.#afterTimeout(start);
    this.#conclude({ kind: 'failure', failure: this.#failureOf(entry) });
  }

  /** It was killed at its time limit before it could ask for another job. */
  async #afterTimeout(start: string): Promise<void> {
    const started = readStarted(start);
    if (started === undefined) {
      this.#conclude({ kind: 'again' });
      return;
    }
    const fruitless = isFruitless(start, started) ? started.fruitless + 1 : 0;
    if (fruitless >= MOST_FRUITLESS) {
      this.#conclude({ kind: 'failure', failure: failureOfFruitless(fruitless) });
      return;
    }
    await writeEnd(start, { kind: 'time-limit', seconds: 0, requeued: false });
    this.#context.tell(
      `${this.#order.instance.id}: its job was killed at its time limit, before it could end by itself; a longer ` +
        'slurm.grace helps. Another job is submitted.',
    );
    this.#conclude({ kind: 'again' });
  }

  #failureOf({ id, state, reason, node }: QueueEntry): JobFailure {
    const { submission, index } = present(this.#followed, 'submission');
    const output = logTail(outputOfTask(this.#context.storeFolder, submission, index));
    const { memory } = this.#order.amounts;
    const asked =
      memory === undefined ? ' (it asks for none, so the partition decides)' : ` (now ${bytesText(memory)})`;
    return failureOfState({ state, reason, job: id, node, asked, output: output.slice(-2).join(' / ') });
  }

  /** States that a user wants to know of. */
  #say(entry: QueueEntry | undefined): void {
    if (entry === undefined) return;
    const { id, state, reason } = entry;
    const { instance } = this.#order;
    const waitsInside = this.#followed?.submission.allocation !== undefined && this.#start === 0;
    if (isHeld(reason))
      this.#context.tell(`${instance.id}: job ${id} is held (${reason}). \`scontrol release ${id}\` lets it go on.`);
    else if (!isKnownState(state)) this.#context.tell(`${instance.id}: job ${id} is in the state ${state}.`);
    else if (isWaiting(state))
      this.#listener.message({
        type: 'progress',
        done: 0,
        note: `in the queue${reason === 'None' ? '' : `: ${reason}`}`,
      });
    else if (waitsInside) this.#listener.message({ type: 'progress', done: 0, note: 'waits in the allocation' });
  }

  #cancel(): void {
    if (this.#cancelled || this.#followed === undefined) return;
    this.#cancelled = true;
    this.#context.cancelSubmission(this.#followed.submission, this.#followed.index);
    this.#context.monitor.askSoon();
  }

  async #resultOf(conclusion: Exclude<Conclusion, { kind: 'again' }>): Promise<AttemptResult> {
    switch (conclusion.kind) {
      case 'stopped':
        return this.#giveUp({ kind: 'stopped' });
      case 'failure':
        return this.#giveUp({ kind: 'failed', failure: conclusion.failure });
      case 'end':
        return await this.#resultOfEnd(conclusion.end, startPath(this.#attempt, conclusion.start));
    }
  }

  async #resultOfEnd(end: FinalEnd, start: string): Promise<AttemptResult> {
    switch (end.kind) {
      case 'timeout':
        return this.#giveUp({
          kind: 'failed',
          failure: { kind: 'timeout', afterMs: this.#order.instance.timeoutMs ?? 0 },
        });
      case 'fruitless':
        return this.#giveUp({ kind: 'failed', failure: failureOfFruitless(end.starts) });
      case 'broken':
        return this.#giveUp({ kind: 'failed', failure: end.failure });
      case 'ended': {
        const succeeded = end.end.kind === 'exit' && end.end.code === 0;
        if (!succeeded) return this.#giveUp({ kind: 'ended', end: end.end, sandbox: this.#sandbox, execution: {} });
        bringBack(outputsOf(start), end.outputs, this.#context.storeFolder);
        const absent = await this.#waitForOutputs(end, outputsOf(start));
        if (absent !== undefined) {
          const message = `the result of its job did not appear here within ${this.#context.patience.appear / 1000} s: ${absent}`;
          return this.#giveUp({ kind: 'failed', failure: { kind: 'system', message } });
        }
        const outputs = Object.fromEntries(
          Object.entries(this.#order.instance.outputs).map(([name, { file }]) => [
            name,
            path.join(outputsOf(start), name, file),
          ]),
        );
        return { kind: 'ended', end: end.end, sandbox: { ...this.#sandbox, outputs }, execution: end.execution };
      }
    }
  }

  /** The end may be visible before the outputs. */
  async #waitForOutputs(end: Extract<StartEnd, { kind: 'ended' }>, folder: string): Promise<string | undefined> {
    const until = performance.now() + this.#context.patience.appear;
    for (;;) {
      const absent = await missingOf(folder, end.outputs);
      if (absent === undefined || performance.now() > until) return absent;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  /** Without a result, the next attempt begins with the newest checkpoint. */
  #giveUp(result: AttemptResult): AttemptResult {
    returnCheckpoint(this.#sandbox);
    return result;
  }
}

type FinalEnd = Exclude<StartEnd, { kind: 'time-limit' | 'stopped' }>;

type Conclusion =
  | { readonly kind: 'end'; readonly end: FinalEnd; readonly start: number }
  | { readonly kind: 'failure'; readonly failure: JobFailure }
  | { readonly kind: 'stopped' }
  /** Another job goes on with it. */
  | { readonly kind: 'again' };

const isFinal = (end: StartEnd): end is FinalEnd => end.kind !== 'time-limit' && end.kind !== 'stopped';

/** An allocation that ended before this task had its turn. */
const hasRunOut = (state: string): boolean => state === 'COMPLETED' || state === 'TIMEOUT';

const isFailedEnd = (end: FinalEnd): boolean =>
  end.kind === 'ended' && !(end.end.kind === 'exit' && end.end.code === 0);

const stateText = (entry: QueueEntry | undefined): string =>
  entry === undefined ? '' : `${entry.state} ${entry.reason}`;
