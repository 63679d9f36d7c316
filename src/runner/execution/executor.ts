/**
 * The place of executions: processes of this machine now, the queue of a cluster next. Every implementation passes the
 * tests of executor.contract.ts.
 */
import type { Message } from '../../stage/protocol.ts';
import type { Orphan } from './orphans.ts';

export interface Executor {
  /** Starts a task. Its promise `ended` reports the end and never rejects. */
  start(task: Task, hear: (message: Message) => void): RunningTask;
  /** Kills the processes that stages of dead runners left on this machine, and waits for their end. */
  endOrphans(): Promise<readonly Orphan[]>;
  /** Kills all running tasks at once, and starts no more. Nothing is left of any task when this resolves. */
  close(): Promise<void>;
}

export interface RunningTask {
  /** Resolves when no process of the task is left, and everything that it said was heard. */
  readonly ended: Promise<TaskEnd>;
  /** Asks it to end (SIGTERM), and makes it end when the grace period is over. */
  stop(): void;
}

export interface Task {
  readonly command: readonly [string, ...string[]];
  /** Absolute. */
  readonly folder: string;
  /** All of it: nothing of the runner's own environment is passed on. */
  readonly environment: Readonly<Record<string, string>>;
  /** Absolute path of the file to which output is appended, standard error too. */
  readonly log: string;
  /** True if file descriptor 3 carries messages to the runner (see src/stage/protocol.ts). */
  readonly sendsMessages: boolean;
  readonly graceMs: number;
}

export type TaskEnd = (
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'signal'; readonly signal: string }
  /** It could not be started. */
  | { readonly kind: 'not-started'; readonly message: string }
) & { readonly peakMemoryBytes?: number };
