/** Where and how one execution is carried out: local processes now, a cluster's queue one day. */
import type { Message } from '../../stage/protocol.ts';
import type { Task } from './task.ts';

export interface Executor {
  /** Starts a task. Expected ends are values; only a broken machine rejects. */
  start(task: Task, hear: (message: Message) => void): Running;
}

export interface Running {
  readonly ended: Promise<End>;
  /** Asks it to stop, and ends it after the grace period. */
  stop(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface End {
  readonly code: number | null;
  readonly signal: string | null;
  /** It could not even be started. */
  readonly message?: string;
}
