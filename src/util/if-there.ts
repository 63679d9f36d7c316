/** Reads files and folders that may be absent: an absent one counts as empty. Every other failure is thrown. */
import { readdirSync, readFileSync } from 'node:fs';

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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return absent;
    throw error;
  }
}
