/**
 * Files that are there whole or not at all: written beside their place, flushed, renamed. A crash leaves the old
 * content or the new one, and perhaps a stray `.<name>.<random>.tmp`, never half a file.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isSystemError, naming } from './system-error.ts';

/** Makes a folder durably: a power cut cannot remove it together with flushed files in it. */
export function makeFolder(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; ; made = path.dirname(made)) {
    // The flush blocks, so that no other code of this process relies on a folder before it is flushed.
    syncFolderNow(path.dirname(made));
    if (made === first) return;
  }
}

/** Errors always name `file`, not the temporary file. */
export async function writeFileAtomic(file: string, data: string | Uint8Array, mode = 0o666): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the relevant one
    throw naming(file, error);
  }
  await syncFolder(path.dirname(file));
}

/** For files without use after a crash: not flushed, and perhaps half written. Errors name the file. */
export function writeScratch(file: string, text: string, flag: 'w' | 'a' = 'w'): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (error) {
    throw naming(file, error);
  }
}

/** Flushes a file's content, so that a later rename cannot overtake it. */
export async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } catch (error) {
    throw naming(file, error);
  } finally {
    await handle.close();
  }
}

/** Flushes a folder's entries. Some systems cannot (Windows, some network shares): there the rename must do. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await syncFile(folder);
  } catch (error) {
    if (!cannotFlush(error)) throw error;
  }
}

function syncFolderNow(folder: string): void {
  try {
    const descriptor = openSync(folder, 'r');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (!cannotFlush(error)) throw naming(folder, error);
  }
}

const cannotFlush = (error: unknown): boolean =>
  isSystemError(error) && ['EISDIR', 'EPERM', 'EINVAL', 'ENOTSUP'].includes(error.code);

/** A name in the same folder, hence on the same file system, that no other process will choose. */
export function temporaryBeside(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
}

/** The place that a temporary name was made for; any other name is itself. */
export function placeOf(file: string): string {
  const name = /^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(path.basename(file))?.[1];
  return name === undefined ? file : path.join(path.dirname(file), name);
}

/** No file is written for as long. */
const ABANDONED_MS = 3_600_000;

/** Removes temporary files that killed writers of this file left beside it. */
export function sweepTemporaries(file: string): void {
  const folder = path.dirname(file);
  for (const name of readdirSync(folder)) {
    const temporary = path.join(folder, name);
    if (temporary === file || placeOf(temporary) !== file) continue;
    const stat = statSync(temporary, { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > ABANDONED_MS) rmSync(temporary, { recursive: true, force: true });
  }
}
