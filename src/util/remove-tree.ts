/** Removes leftovers of programs, read-only folders included: package managers make them, and `rm` fails there. */
import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs';

/** False: something is left, because it belongs to another user (a container that ran as root, for instance). */
export function removeTree(place: string): boolean {
  try {
    rmSync(place, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (!isPermission(error)) throw error;
  }
  try {
    openUp(place);
    rmSync(place, { recursive: true, force: true });
    return true;
  } catch (error) {
    if (isPermission(error)) return false;
    throw error;
  }
}

/**
 * Gives the owner the permissions to read all files below a place, and to change all folders. Links are not followed.
 */
export function openUp(place: string | Buffer): void {
  const stat = lstatSync(place);
  if (stat.isSymbolicLink()) return;
  const needed = stat.isDirectory() ? 0o700 : 0o400;
  if ((stat.mode & needed) !== needed) chmodSync(place, (stat.mode & 0o7777) | needed);
  if (!stat.isDirectory()) return;
  // Names as bytes: a program may have written some that are no text.
  for (const name of readdirSync(place, { encoding: 'buffer' }))
    openUp(Buffer.concat([Buffer.from(place), SLASH, name]));
}

const SLASH = Buffer.from('/');

export function isPermission(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM';
}
