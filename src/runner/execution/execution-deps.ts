/** The dependencies of execution. */
import type { AttemptExecutor, LeftAttempts } from './attempt-executor.ts';

export interface ExecutionDeps {
  readonly attempts: AttemptExecutor;
  /** Attempts of earlier runners, wherever new ones are carried out. */
  readonly leftAttempts: LeftAttempts;
}
