/** A refusal by the operating system as data; the command line makes the message. */
import { statfsSync } from 'node:fs';
import path from 'node:path';
import type { StorageFailure } from '../formats/failure.ts';
import { placeOf } from '../util/atomic-file.ts';
import { isSystemError, type SystemError } from '../util/system-error.ts';

export function storageFailure(error: SystemError): StorageFailure {
  const { code, syscall, path: from, dest, message } = error;
  const name = dest ?? from;
  const place = name === undefined ? undefined : placeOf(name);
  const free = place !== undefined && (code === 'ENOSPC' || code === 'EDQUOT') ? freeBytes(place) : undefined;
  return {
    kind: 'storage',
    code,
    call: syscall,
    ...(place !== undefined && { path: place }),
    ...(free !== undefined && { freeBytes: free }),
    message,
  };
}

/** The free bytes of the nearest existing folder. */
function freeBytes(place: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(place);
    return bavail * bsize;
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'ENOENT' || path.dirname(place) === place) return undefined;
    return freeBytes(path.dirname(place));
  }
}
