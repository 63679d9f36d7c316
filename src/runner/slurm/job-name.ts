/** Names of jobs: `pretext-<submission>`. Numbers of jobs are used again by Slurm; names are not. */
import { randomBytes } from 'node:crypto';

export const JOB_PREFIX = 'pretext-';

export const newSubmissionId = (): string => randomBytes(5).toString('hex');

export const jobName = (submission: string): string => `${JOB_PREFIX}${submission}`;
