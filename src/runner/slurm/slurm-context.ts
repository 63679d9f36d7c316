/** The parts that all attempts on Slurm share. */
import type { JobMonitor } from './job-monitor.ts';
import type { SlurmSettings } from './settings.ts';
import type { Submission } from './submission-file.ts';
import type { TaskSubmitter } from './task-submitter.ts';

/** Milliseconds. */
export interface Patience {
  /** A file of a job that has ended becomes visible on this host within so long. */
  readonly appear: number;
  /** After the end of a job that left no result, in case its last file is under way. */
  readonly settle: number;
  /** A job that the queue does not know is looked for so long before it counts as lost. */
  readonly absent: number;
  /** Between two calls of sbatch that were not answered: the first pause. */
  readonly pause: number;
}

export const PATIENCE: Patience = { appear: 120_000, settle: 8000, absent: 30_000, pause: 5000 };

export interface SlurmContext {
  readonly patience: Patience;
  readonly storeFolder: string;
  readonly settings: SlurmSettings;
  readonly submitter: TaskSubmitter;
  readonly monitor: JobMonitor;
  /** True if jobs are submitted and not followed. */
  readonly isLeaving: boolean;
  readonly tell: (sentence: string) => void;
  cancelJob(id: string, clusters: readonly string[]): void;
  cancelSubmission(submission: Submission, index: number): void;
}
