/**
 * Puts many blobs into a store at once. Drafts are written first, then flushed, then renamed: a crash leaves no blob
 * that is not whole.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../../util/atomic-file.ts';
import type { Digest } from '../../util/digest.ts';
import { blobFile } from './local-store.ts';
import { syncFiles, syncFolders } from './sync-many.ts';

const BLOB_MODE = 0o444;

interface Draft {
  readonly file: string;
  readonly digest: Digest;
  /** A hard link to a file of the user keeps the permissions of that file. */
  readonly linked: boolean;
}

export class BulkWriter {
  readonly #storeFolder: string;
  readonly #folder: string;
  #waiting: Draft[] = [];
  #number = 0;

  /** @param storeFolder absolute */
  constructor(storeFolder: string) {
    this.#storeFolder = storeFolder;
    this.#folder = path.join(storeFolder, 'drafts', `bulk-${randomBytes(6).toString('hex')}.tmp`);
  }

  /** Absolute path for the next draft, in a folder that exists. */
  draft(): string {
    if (this.#number === 0) mkdirSync(this.#folder, { recursive: true });
    return path.join(this.#folder, String(this.#number++));
  }

  /** Takes a draft whose content was compared with its digest. It becomes visible with the next flush. */
  add(file: string, digest: Digest, linked = false): void {
    this.#waiting.push({ file, digest, linked });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Everything that was added is in the store now, also after a power cut. */
  async flush(): Promise<void> {
    const drafts = this.#waiting;
    this.#waiting = [];
    if (drafts.length === 0) return;
    for (const { file, linked } of drafts) if (!linked) chmodSync(file, BLOB_MODE);
    await syncFiles(
      drafts.map(({ file }) => file),
      this.#folder,
    );
    const folders = new Set<string>();
    for (const { file, digest } of drafts) {
      const target = blobFile(this.#storeFolder, digest);
      const folder = path.dirname(target);
      if (!folders.has(folder)) makeFolder(folder);
      folders.add(folder);
      renameSync(file, target);
    }
    await syncFolders([...folders], this.#storeFolder);
  }

  /** Removes the drafts that were not added or not flushed. */
  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
