/**
 * Files that are there whole or not at all: written beside their place, flushed, renamed. A crash leaves the old
 * content or the new one, and perhaps a stray `.<name>.<random>.tmp`, never half a file.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  closeSync,
  fsync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { namesIfThere } from './if-there.ts';
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

interface AtomicOptions {
  readonly mode?: number;
  /** A folder for the draft, so that a killed writer leaves nothing beside the file. */
  readonly drafts?: string;
}

/** Errors always name `file`, not its draft. */
export async function writeFileAtomic(
  file: string,
  data: string | Uint8Array,
  { mode = 0o666, drafts }: AtomicOptions = {},
): Promise<void> {
  await withDraft(file, drafts, async (draft) => {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  });
  await syncFolder(path.dirname(file));
}

/**
 * Calls `work` with a path for a draft of `file`, which `work` is to rename to the file. The draft lies in `drafts` if
 * this folder is on the same file system, else beside the file. It is removed if the work fails.
 */
export async function withDraft<T>(
  file: string,
  drafts: string | undefined,
  work: (draft: string) => Promise<T>,
): Promise<T> {
  const beside = temporaryBeside(file);
  const apart = drafts === undefined ? undefined : draftIn(drafts, file);
  try {
    return await attempt(apart ?? beside, work);
  } catch (error) {
    // Two mounts of one file system have one device number, and a rename from one to the other fails.
    if (apart !== undefined && isSystemError(error) && error.code === 'EXDEV') return await attempt(beside, work);
    throw aboutFile(file, apart ?? beside, error);
  }
}

async function attempt<T>(draft: string, work: (draft: string) => Promise<T>): Promise<T> {
  try {
    return await work(draft);
  } catch (error) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined); // the first error is the relevant one
    throw error;
  }
}

/** Undefined where a rename from the folder to the file cannot succeed. */
function draftIn(drafts: string, file: string): string | undefined {
  try {
    mkdirSync(drafts, { recursive: true });
    accessSync(drafts, constants.W_OK);
    const isNear = statSync(drafts).dev === statSync(path.dirname(file)).dev;
    return isNear ? path.join(drafts, `${randomBytes(12).toString('hex')}.tmp`) : undefined;
  } catch {
    return undefined;
  }
}

function aboutFile(file: string, draft: string, error: unknown): unknown {
  if (isSystemError(error) && error.path?.startsWith(draft)) error.path = file;
  return naming(file, error);
}

/** For files without use after a crash: not flushed, and perhaps half written. Errors name the file. */
export function writeScratch(file: string, text: string, flag: 'w' | 'a' = 'w'): void {
  try {
    writeFileSync(file, text, { flag });
  } catch (error) {
    throw naming(file, error);
  }
}

/**
 * Flushes a file's content, so that a later rename cannot overtake it. Only the flush itself is worth a trip to another
 * thread: thousands of small files take half the time so.
 */
export function syncFile(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const descriptor = openSync(file, 'r');
    fsync(descriptor, (error) => {
      closeSync(descriptor);
      if (error) reject(naming(file, error));
      else resolve();
    });
  });
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
  return path.join(path.dirname(file), `.${stemOf(path.basename(file))}.${randomBytes(6).toString('hex')}.tmp`);
}

const LONGEST_NAME_BYTES = 255;
/** `.` before the name, `.<12 digits>.tmp` behind it. */
const ADDED_BYTES = 18;

/** The name itself, or a digest of one that would be too long for the file system with what is added. */
function stemOf(name: string): string {
  const isLong = Buffer.byteLength(name) + ADDED_BYTES > LONGEST_NAME_BYTES;
  return isLong ? createHash('sha256').update(name).digest('hex') : name;
}

/** Undefined for a name that is not temporary. */
function stemOfTemporary(name: string): string | undefined {
  return /^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
}

export function isTemporary(file: string): boolean {
  return stemOfTemporary(path.basename(file)) !== undefined;
}

/** The place that a temporary name was made for; any other name is itself. */
export function placeOf(file: string): string {
  const name = stemOfTemporary(path.basename(file));
  return name === undefined ? file : path.join(path.dirname(file), name);
}

/** No file is written for as long. */
const ABANDONED_MS = 3_600_000;

/** Removes temporary files that killed writers of this file left beside it. */
export function sweepTemporaries(file: string): void {
  const stem = stemOf(path.basename(file));
  sweep(path.dirname(file), (name) => stemOfTemporary(name) === stem);
}

/** Removes drafts that killed writers left. */
export function sweepDrafts(drafts: string): void {
  sweep(drafts, () => true);
}

function sweep(folder: string, isLeft: (name: string) => boolean): void {
  for (const name of namesIfThere(folder)) {
    if (!isLeft(name)) continue;
    const stat = statSync(path.join(folder, name), { throwIfNoEntry: false });
    if (stat && Date.now() - stat.mtimeMs > ABANDONED_MS)
      rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}
