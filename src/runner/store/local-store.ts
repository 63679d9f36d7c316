/** A store in a folder: plain files and renames, no database and no locks, so that a shared file system will do. */
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import { makeFolder, writeFileAtomic } from '../../util/atomic-file.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { digestOfFile, digestOfSmallFile, SMALL_FILE_BYTES } from '../../util/digest-file.ts';
import { namesIfThere } from '../../util/if-there.ts';
import { isSystemError, naming } from '../../util/system-error.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import type { DigestCache } from './digest-cache.ts';
import {
  formatRecord,
  parseRecord,
  recordFile,
  recordFolder,
  recordKeyOf,
  resultIdOfFile,
  type RecordKey,
} from './record-file.ts';
import type { BlobState, Store } from './store.ts';
import { syncFiles, syncFolders } from './sync-many.ts';

/** Blobs are read-only: a stage that writes to its input fails instead of changing a recorded result. */
const BLOB_MODE = 0o444;

const READS = 16;

export interface LocalStoreOptions {
  /**
   * Damaged files are moved to quarantine as soon as they are found. Otherwise the store is only read: the finding is
   * remembered by this object and nothing is moved.
   */
  readonly quarantines: boolean;
}

export class LocalStore implements Store {
  readonly #folder: string;
  readonly #contents: DigestCache;
  readonly #quarantines: boolean;
  /** Paths of damaged files that were left in place. */
  readonly #damaged = new Set<string>();

  /** `contents` remembers which blobs were verified; it must know the folder's files by their absolute paths. */
  constructor(folder: string, contents: DigestCache, { quarantines }: LocalStoreOptions) {
    this.#folder = folder;
    this.#contents = contents;
    this.#quarantines = quarantines;
  }

  pathOf(digest: Digest): string {
    return blobFile(this.#folder, digest);
  }

  look(digest: Digest, bytes?: number): BlobState {
    const file = this.pathOf(digest);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat) return existsSync(this.#quarantined(file)) ? 'damaged' : 'absent';
    const isWhole = stat.isFile() && stat.size === (bytes ?? stat.size) && !this.#damaged.has(file);
    return isWhole ? 'intact' : 'damaged';
  }

  async verify(digest: Digest): Promise<BlobState> {
    const file = this.pathOf(digest);
    this.#contents.forget(file);
    const content = await this.#contents.of(file);
    if (!content) return 'absent';
    if (content.digest === digest) return 'intact';
    this.#condemn(file);
    return 'damaged';
  }

  async check(digest: Digest): Promise<BlobState> {
    const file = this.pathOf(digest);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!stat) return 'absent';
    return stat.isFile() && (await digestOfFile(file)) === digest ? 'intact' : 'damaged';
  }

  async take(file: string): Promise<{ digest: Digest; bytes: number }> {
    const [taken] = await this.takeAll([file]);
    if (taken === undefined) throw new Error(`Internal error: ${file} was not taken.`);
    return taken;
  }

  async takeAll(files: readonly string[]): Promise<{ digest: Digest; bytes: number }[]> {
    const [first] = files;
    if (first !== undefined) await syncFiles(files, path.dirname(first));
    const limit = pLimit(READS);
    const folders = new Set<string>();
    const taken = await Promise.all(files.map((file) => limit(() => this.#takeFlushed(file, folders))));
    await syncFolders([...folders], this.#folder);
    return taken;
  }

  /** The name in the store is not flushed yet: its folder is added to `folders`. */
  async #takeFlushed(file: string, folders: Set<string>): Promise<{ digest: Digest; bytes: number }> {
    const bytes = statSync(file).size;
    const digest = bytes <= SMALL_FILE_BYTES ? digestOfSmallFile(file) : await digestOfFile(file);
    const target = this.pathOf(digest);
    const isThere = this.look(digest, bytes) !== 'absent' && (await this.verify(digest)) === 'intact';
    folders.add(path.dirname(target)); // also for a blob that is there: its writer may not have flushed it yet
    if (isThere && this.#renew(target)) {
      rmSync(file, { force: true });
      return { digest, bytes };
    }
    chmodSync(file, BLOB_MODE);
    makeFolder(path.dirname(target));
    renameSync(file, target);
    this.#healed(target);
    return { digest, bytes };
  }

  async put(text: string): Promise<Digest> {
    const digest = digestOf(text);
    const target = this.pathOf(digest);
    if ((await this.verify(digest)) !== 'intact' || !this.#renew(target)) {
      makeFolder(path.dirname(target));
      await writeFileAtomic(target, text, { mode: BLOB_MODE });
      this.#healed(target);
    }
    return digest;
  }

  text(digest: Digest): string | undefined {
    const file = this.pathOf(digest);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
    const text = readFileSync(file, 'utf8');
    return digestOf(text) === digest ? text : undefined;
  }

  record(key: RecordKey): Promise<RunRecord | undefined> {
    return Promise.resolve(this.#readRecord(key));
  }

  records(fingerprint: Fingerprint): Promise<RunRecord[]> {
    const results = namesIfThere(recordFolder(this.#folder, fingerprint)).flatMap((name) => resultIdOfFile(name) ?? []);
    const records = results.flatMap((result) => this.#readRecord({ fingerprint, result }) ?? []);
    return Promise.resolve(records.sort((a, b) => (a.execution.started < b.execution.started ? 1 : -1)));
  }

  async putRecord(record: RunRecord): Promise<void> {
    const file = recordFile(this.#folder, recordKeyOf(record));
    const write = async () => {
      makeFolder(path.dirname(file));
      await writeFileAtomic(file, formatRecord(record));
    };
    await write().catch((error: unknown) => {
      // A sweep removes folders without records.
      if (isSystemError(error) && error.code === 'ENOENT') return write();
      throw error;
    });
  }

  recordKeys(): Promise<RecordKey[]> {
    const fingerprints = namesIfThere(path.join(this.#folder, 'runs')).filter((name) => /^[0-9a-f]{64}$/.test(name));
    const keys = fingerprints.flatMap((fingerprint) =>
      namesIfThere(recordFolder(this.#folder, fingerprint)).flatMap((name) => {
        const result = resultIdOfFile(name);
        return result === undefined ? [] : [{ fingerprint: fingerprint as Fingerprint, result }];
      }),
    );
    return Promise.resolve(keys);
  }

  quarantineBlob(digest: Digest): void {
    this.#quarantine(this.pathOf(digest));
  }

  quarantineRecord(key: RecordKey): void {
    this.#quarantine(recordFile(this.#folder, key));
  }

  #readRecord(key: RecordKey): RunRecord | undefined {
    const file = recordFile(this.#folder, key);
    let text: string;
    try {
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
      if (!isSystemError(error) || error.code !== 'EISDIR') throw naming(file, error);
      this.#condemn(file);
      return undefined;
    }
    const record = parseRecord(text, key);
    if (!record) this.#condemn(file);
    return record;
  }

  /** The file was found damaged. */
  #condemn(file: string): void {
    if (this.#quarantines) this.#quarantine(file);
    else this.#damaged.add(file);
  }

  #quarantine(file: string): void {
    const target = this.#quarantined(file);
    makeFolder(path.dirname(target));
    try {
      renameSync(file, target);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // Another process found the damage at the same time and was faster.
      if (error.code === 'ENOENT') return;
      if (!CLASHES.has(error.code)) throw error;
      // An older finding about the same file, a folder for a file or the other way round, makes room for this one.
      rmSync(target, { recursive: true, force: true });
      renameSync(file, target);
    }
    this.#contents.forget(file);
  }

  #quarantined(file: string): string {
    return path.join(this.#folder, 'quarantine', path.relative(this.#folder, file).replaceAll(path.sep, '-'));
  }

  /** A sound blob has taken the place of one that was damaged. */
  #healed(file: string): void {
    rmSync(this.#quarantined(file), { recursive: true, force: true });
    this.#damaged.delete(file);
    this.#contents.forget(file);
  }

  /** A sweep spares what is younger than the runners at work: to them, this blob is new. */
  #renew(file: string): boolean {
    const now = new Date();
    try {
      if (statSync(file).nlink > 1) return false; // it may be a file of the user too, whose time stays
      utimesSync(file, now, now);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
      return false; // it belongs to another user: it must be replaced
    }
    this.#contents.forget(file);
    return true;
  }
}

/** Absolute path of a blob in a store's folder: two digits to a subfolder. */
export function blobFile(folder: string, digest: Digest): string {
  return path.join(folder, 'objects', digest.slice(0, 2), digest.slice(2));
}

/** A file cannot take the place of a folder, nor a folder that of anything. */
const CLASHES: ReadonlySet<string> = new Set(['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST']);
