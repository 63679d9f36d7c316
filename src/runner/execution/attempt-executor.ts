/**
 * The place of attempts: processes of this machine, or jobs of a cluster. The scheduler of instances knows nothing else
 * of either.
 */
import type { Failure } from '../../formats/failure.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import type { Execution } from '../../formats/run-record.ts';
import type { LineageEntry, Message } from '../../stage/protocol.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import type { Plan, PlanEntry } from '../plan.ts';
import type { Amounts } from '../resources/slots.ts';
import type { ExecutionOptions } from './execution-options.ts';
import type { TaskEnd } from './executor.ts';
import type { Grant } from './grant.ts';
import type { Orphan } from './orphans.ts';

export interface AttemptExecutor {
  /**
   * Looks at the room for a plan before anything starts. Throws NoGpuError if `requireGpu` cannot be met, and
   * NoRoomError if an instance would wait forever. `tell`: also for later notices.
   */
  survey(plan: Plan, options: ExecutionOptions, tell: (sentence: string) => void): Promise<Room>;
  /** Takes single things, such as cards, for one execution. Undefined when the run was interrupted before. */
  reserve(instance: Instance, amounts: Amounts, waiting: Waiting): Promise<Reservation | undefined>;
  /** Starts an attempt. Its promise `ended` reports the end and never rejects. */
  start(order: AttemptOrder, listener: AttemptListener): RunningAttempt;
  /** Kills the processes that stages of dead runners left on this machine, and waits for their end. */
  endOrphans(): Promise<readonly Orphan[]>;
  /** Ends all running attempts at once, and starts no more. Nothing is left of any when this resolves. */
  close(): Promise<void>;
}

export interface Room {
  readonly capacity: Amounts;
  readonly demand: (entry: PlanEntry) => Amounts;
  /** Sentences for the user. */
  readonly notices: readonly string[];
}

export interface Waiting {
  readonly signal: AbortSignal;
  /** Told once, with the holders. */
  readonly tell: (sentence: string) => void;
}

export interface Reservation {
  readonly grant: Grant;
  release(): void;
}

export interface AttemptOrder {
  /** From 1. */
  readonly number: number;
  readonly instance: Instance;
  readonly sandbox: Sandbox;
  readonly grant: Grant;
  /** Absolute path of the file to which output is appended. */
  readonly log: string;
  /** The folder of the project. */
  readonly root: string;
  /** From asking the stage to stop until it is killed. */
  readonly graceMs: number;
  readonly lineage: () => Promise<readonly LineageEntry[]>;
}

export interface AttemptListener {
  message(message: Message): void;
  /** For the user, about this attempt. */
  warn(text: string): void;
  /** The stage began again by itself, from its checkpoint: earlier messages do not count for the result. */
  restart(): void;
}

export interface RunningAttempt {
  /** Resolves when nothing of the attempt runs any more, and everything that it said was heard. */
  readonly ended: Promise<AttemptResult>;
  /** Asks the stage to stop, and makes it stop when the grace period is over. */
  stop(): void;
}

export type AttemptResult =
  /** The stage ended by itself. `sandbox`: with the outputs that count. */
  | {
      readonly kind: 'ended';
      readonly end: TaskEnd;
      readonly sandbox: Sandbox;
      /** What the place knows better than the runner. */
      readonly execution: Partial<Execution>;
    }
  /** It was asked to stop. Outputs written after that never count: they may be half a result. */
  | { readonly kind: 'stopped' }
  /** It goes on without this runner. */
  | { readonly kind: 'left' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** An attempt that an earlier runner began and that went on without it. */
export interface LeftAttempt {
  readonly number: number;
  readonly sandbox: Sandbox;
  readonly log: string;
  readonly amounts: Amounts;
  /** In words: `job 17`. */
  readonly name: string;
  /** Follows it to its end. */
  follow(listener: AttemptListener): RunningAttempt;
}

/** Attempts that go on without a runner. */
export interface LeftAttempts {
  /** Undefined: there is none at this fingerprint. */
  find(fingerprint: Fingerprint): LeftAttempt | undefined;
}
