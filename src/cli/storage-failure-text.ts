/** Describes storage failures, such as a full disk or a missing permission: the finding, the place and the remedy. */
import type { StorageFailure } from '../formats/failure.ts';
import { bytes } from './text/bytes.ts';

interface Words {
  readonly message: string;
  readonly remedy: string;
}

/** @param shown the path as the user would type it */
export function describeStorageFailure(failure: StorageFailure, shown = failure.path): Words {
  const { code, call, freeBytes, message } = failure;
  const known = CAUSES[code];
  if (known === undefined)
    return { message, remedy: 'pipeline doctor checks the store, its permissions and its space.' };
  const free = freeBytes === undefined ? '' : ` (${bytes(freeBytes)} free)`;
  return {
    message: `${known.cause}${free}: ${shown ?? 'a file'} cannot be ${DEEDS[call] ?? 'opened'}`,
    remedy: known.remedy,
  };
}

const DEEDS: Readonly<Record<string, string>> = {
  read: 'read',
  scandir: 'read',
  stat: 'read',
  write: 'written',
  fsync: 'written',
  rename: 'put in its place',
  copyfile: 'written',
  mkdir: 'made',
  symlink: 'made',
  unlink: 'removed',
  rmdir: 'removed',
  rm: 'removed',
  chmod: 'made read-only',
};

const ROOM =
  'Free space there (pipeline gc lists unreferenced results) or move the store (`store` in the settings), and run again. Finished results are kept.';
const RIGHTS = 'Correct its owner or its permissions, and those of the folders above it, and run again.';
const FILES = 'Raise the limit (ulimit -n) or run fewer stages at once (--jobs), and run again.';
const CLASH = 'Move it away, and run again.';

const CAUSES: Readonly<Record<string, { readonly cause: string; readonly remedy: string }>> = {
  ENOSPC: { cause: 'disk full', remedy: ROOM },
  EDQUOT: { cause: 'quota used up', remedy: ROOM },
  EIO: {
    cause: 'input/output error',
    remedy: 'The disk or the way to it may be failing: check the system log, and run again.',
  },
  EROFS: {
    cause: 'read-only file system',
    remedy: 'Mount it writable or move the store (`store` in the settings), and run again.',
  },
  EACCES: { cause: 'permission denied', remedy: RIGHTS },
  EPERM: { cause: 'operation not permitted', remedy: RIGHTS },
  EMFILE: { cause: 'too many open files', remedy: FILES },
  ENFILE: { cause: 'too many open files on this machine', remedy: FILES },
  EISDIR: { cause: 'expected a file, found a folder', remedy: CLASH },
  ENOTDIR: { cause: 'expected a folder, found a file', remedy: CLASH },
  EEXIST: { cause: 'the path exists already', remedy: CLASH },
};
