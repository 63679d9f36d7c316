import { isSystemError } from '../../util/system-error.ts';
import type { Failure } from '../../formats/failure.ts';
import { storageFailure } from '../storage-failure.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';

/**
 * Turns an error from outside this program into a failure: a full disk, a damaged blob, an unreadable lockfile. A bug
 * is thrown again, because a run should not continue with one.
 */
export function expectedFailure(error: unknown): Failure {
  if (isSystemError(error)) return storageFailure(error);
  if (error instanceof DamagedBlobError) return { kind: 'damaged', message: error.message };
  if (
    !(error instanceof Error) ||
    BUGS.some((kind) => error instanceof kind) ||
    error.message.startsWith('Internal error')
  )
    throw error;
  return { kind: 'system', message: error.message };
}

const BUGS = [TypeError, RangeError, ReferenceError];
