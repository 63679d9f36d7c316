/**
 * Copies from the store to a place for readers: by reflink if the file system can, else by copying; never by a hard
 * link.
 */
import { closeSync, constants, fchmodSync, lstatSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import pLimit from 'p-limit';
import { makeFolder, syncFile, syncFolder, sweepTemporaries, withDraft } from '../../util/atomic-file.ts';
import type { Digest } from '../../util/digest.ts';
import { SMALL_FILE_BYTES } from '../../util/digest-file.ts';
import { naming } from '../../util/system-error.ts';
import type { ContentKind } from '../../formats/identity.ts';
import { DamagedBlobError } from './damaged-blob-error.ts';
import type { Store } from './store.ts';
import { syncFiles, syncFolders } from './sync-many.ts';
import { parseTree } from './tree.ts';
import { present } from '../../util/known.ts';

export interface StoredContent {
  readonly kind: ContentKind;
  readonly digest: Digest;
}

/** Digests of all blobs that make up a file or folder, the folder's own text included. Throws DamagedBlobError. */
export async function verifyContent(store: Store, content: StoredContent, what: string): Promise<void> {
  await verifyBlob(store, content.digest, what);
  if (content.kind !== 'folder') return;
  for (const entry of parseTree(present(store.text(content.digest), 'text of a verified folder'))) {
    if (entry.digest !== '') await verifyBlob(store, entry.digest, `${what}${entry.name}`);
  }
}

async function verifyBlob(store: Store, digest: Digest, what: string): Promise<void> {
  const state = await store.verify(digest);
  if (state !== 'intact') throw new DamagedBlobError(digest, what, state);
}

/**
 * Makes a folder as its tree says. Its blobs have been verified.
 * @param flushes the folder with all that is in it survives a power cut afterwards
 */
export async function copyFolder(store: Store, digest: Digest, folder: string, flushes = false): Promise<void> {
  const limit = pLimit(16);
  const folders = new Set([folder]);
  mkdirSync(folder, { recursive: true });
  const entries = parseTree(textOf(store, digest));
  for (const { name, kind } of entries) {
    const parts = (kind === 'folder' ? name : path.posix.dirname(name)).split('/');
    for (let i = 1; i <= parts.length; i++) {
      const made = path.join(folder, ...parts.slice(0, i));
      if (folders.has(made)) continue;
      mkdirSync(made, { recursive: true });
      folders.add(made);
    }
  }
  await Promise.all(
    entries.map(({ name, kind, digest: content, bytes }, i) =>
      limit(async () => {
        if (i % TURN_FILES === 0) await setImmediate();
        const place = path.join(folder, name);
        if (content === '') return;
        if (bytes <= SMALL_FILE_BYTES) copySmallBlob(store, { kind, digest: content }, place);
        else await copyBlob(store, { kind, digest: content }, place);
      }),
    ),
  );
  if (!flushes) return;
  const files = entries.flatMap(({ name, digest: content }) => (content === '' ? [] : [path.join(folder, name)]));
  await syncFiles(files, folder);
  await syncFolders([...folders], folder);
}

function textOf(store: Store, digest: Digest): string {
  const text = store.text(digest);
  if (text === undefined) throw new DamagedBlobError(digest, 'The list of a folder', 'damaged');
  return text;
}

/** Signals are heard after this number of files. */
const TURN_FILES = 100;

/** Not worth a trip to another thread: thousands of small files take half the time so. */
function copySmallBlob(store: Store, { kind, digest }: StoredContent, place: string): void {
  const bytes = readFileSync(store.pathOf(digest));
  const descriptor = openSync(place, 'wx', modeOf(kind));
  try {
    writeFileSync(descriptor, bytes);
    fchmodSync(descriptor, modeOf(kind));
  } catch (error) {
    throw naming(place, error);
  } finally {
    closeSync(descriptor);
  }
}

/** With the permissions of its kind. Its blob has been verified. */
export async function copyBlob(store: Store, { kind, digest }: StoredContent, place: string): Promise<void> {
  await copyFile(store.pathOf(digest), place, constants.COPYFILE_FICLONE);
  await chmod(place, modeOf(kind));
}

const modeOf = (kind: ContentKind): number => (kind === 'executable' ? 0o755 : 0o644);

interface Replacement {
  /** A folder for drafts, as that of withDraft. */
  readonly drafts: string;
  /** Copying may take long: asked after it. If the answer is no, nothing happens. */
  readonly mayReplace: () => Promise<boolean>;
}

/**
 * Puts a file or folder in place of an existing one of any kind: complete or not at all, also after a power cut. False:
 * it may not be replaced.
 */
export async function replaceWith(
  store: Store,
  content: StoredContent,
  target: string,
  { drafts, mayReplace }: Replacement,
): Promise<boolean> {
  makeFolder(path.dirname(target));
  sweepTemporaries(target);
  const isReplaced = await withDraft(target, drafts, async (draft) => {
    if (content.kind === 'folder') {
      await copyFolder(store, content.digest, draft, true);
    } else {
      await copyBlob(store, content, draft);
      await syncFile(draft);
    }
    if (!(await mayReplace())) {
      await rm(draft, { recursive: true, force: true });
      return false;
    }
    if (content.kind === 'folder' || isFolder(target)) await swap(draft, target);
    else await rename(draft, target);
    return true;
  });
  if (isReplaced) await syncFolder(path.dirname(target));
  return isReplaced;
}

/** A link to a folder is none. */
const isFolder = (target: string): boolean => lstatSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** A folder cannot be renamed over another, nor a file over a folder: the old content steps aside first. */
async function swap(draft: string, target: string): Promise<void> {
  const aside = `${draft.replace(/\.tmp$/, '')}0.tmp`;
  try {
    await rename(target, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await rename(draft, target);
  // Otherwise a power cut could undo the renames but not the later steps: half of the old folder would be in place.
  await syncFolder(path.dirname(target));
  await rm(aside, { recursive: true, force: true });
}
