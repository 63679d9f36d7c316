/**
 * Reads files and folders that may be absent: an absent one counts as empty. A file in place of a folder holds no
 * names. Every other failure is thrown.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isSystemError } from './system-error.ts';

export function textIfThere(file: string): string {
  return ifThere(() => readFileSync(file, 'utf8'), '');
}

/** Names, in no order. */
export function namesIfThere(folder: string): string[] {
  return ifThere(() => readdirSync(folder), []);
}

function ifThere<T>(read: () => T, absent: T): T {
  try {
    return read();
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return absent;
    throw error;
  }
}
