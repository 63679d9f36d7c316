/**
 * Pointer files: `data/ham10000.data.json` names a version of `data/ham10000` for git. They belong to Pretext, so they
 * are no part of an input.
 */
import { closeSync, openSync, readSync } from 'node:fs';

export const POINTER_ENDING = '.data.json';

const START = /^\s*\{\s*"type":\s*"data-version"/;
const START_BYTES = 64;

/** The name alone is no proof: users have files that end so. A pointer with a merge conflict begins like any other. */
export function isPointerFile(file: string): boolean {
  const start = Buffer.alloc(START_BYTES);
  try {
    const descriptor = openSync(file, 'r');
    try {
      const length = readSync(descriptor, start, 0, START_BYTES, 0);
      return START.test(start.toString('utf8', 0, length));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false; // unreadable: the listing of the folder reports it
  }
}
