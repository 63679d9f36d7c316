/** The submission that an attempt belongs to: `submission` in its folder. Only its job may carry the attempt out. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeScratch } from '../../util/atomic-file.ts';

const REVOKED = 'revoked';

const fileOf = (attempt: string): string => path.join(attempt, 'submission');

/** Written by the runner before Slurm is called. */
export const assignAttempt = (attempt: string, submission: string): void => {
  writeScratch(fileOf(attempt), submission);
};

export const belongsTo = (attempt: string, submission: string): boolean => read(attempt) === submission;

/** Nobody may begin the attempt any more, and a step that carries it out ends within seconds. */
export const revokeAttempt = (attempt: string): void => {
  writeScratch(fileOf(attempt), REVOKED);
};

/** False if the file cannot be read: that is no verdict. */
export const isRevoked = (attempt: string): boolean => read(attempt) === REVOKED;

function read(attempt: string): string {
  try {
    return readFileSync(fileOf(attempt), 'utf8');
  } catch {
    return '';
  }
}
