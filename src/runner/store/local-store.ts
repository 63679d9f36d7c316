/** A store in a folder: plain files and renames, no database and no locks, so that a shared file system will do. */
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder, syncFile, syncFolder, writeFileAtomic } from '../../util/atomic-file.ts';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { digestOfFile } from '../../util/digest-file.ts';
import { namesIfThere } from '../../util/if-there.ts';
import { isSystemError, naming } from '../../util/system-error.ts';
import type { Fingerprint } from '../fingerprint.ts';
import type { RunRecord } from '../record.ts';
import type { DigestCache } from './digest-cache.ts';
import type { BlobState, Store } from './store.ts';

/** Blobs are read-only: a stage that writes to its input fails instead of changing a recorded result. */
const BLOB_MODE = 0o444;

/** Why a file cannot take the place of a folder, or a folder that of anything. */
const CLASHES: ReadonlySet<string> = new Set(['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST']);

/** `contents` remembers which blobs were verified; it must know the folder's files by their absolute paths. */
export function openLocalStore(folder: string, contents: DigestCache): Store {
  const pathOf = (digest: Digest) => blobFile(folder, digest);
  const recordFile = (fingerprint: Fingerprint) => path.join(folder, 'runs', `${fingerprint}.json`);
  const quarantined = (file: string) =>
    path.join(folder, 'quarantine', path.relative(folder, file).replaceAll(path.sep, '-'));
  const quarantine = (file: string) => {
    const place = quarantined(file);
    makeFolder(path.dirname(place));
    try {
      renameSync(file, place);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      // Another process found the damage at the same time and was faster.
      if (error.code === 'ENOENT') return;
      if (!CLASHES.has(error.code)) throw error;
      // An older finding about the same file, a folder for a file or the other way round, makes room for this one.
      rmSync(place, { recursive: true, force: true });
      renameSync(file, place);
    }
    contents.forget(file);
  };
  /** A sound blob has taken the place of one that was damaged. */
  const healed = (file: string) => {
    rmSync(quarantined(file), { recursive: true, force: true });
    contents.forget(file);
  };

  /** A sweep spares files younger than the runners at work: to them, this blob is new. */
  const renew = (file: string): boolean => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
      return false; // it belongs to another user: it must be replaced
    }
    contents.forget(file);
    return true;
  };

  const store: Store = {
    pathOf,

    look(digest, bytes) {
      const stat = statSync(pathOf(digest), { throwIfNoEntry: false });
      if (!stat) return existsSync(quarantined(pathOf(digest))) ? 'damaged' : 'absent';
      return stat.isFile() && stat.size === (bytes ?? stat.size) ? 'intact' : 'damaged';
    },

    async verify(digest): Promise<BlobState> {
      const file = pathOf(digest);
      contents.forget(file);
      const content = await contents.of(file);
      if (!content) return 'absent';
      if (content.digest === digest) return 'intact';
      quarantine(file);
      return 'damaged';
    },

    async check(digest): Promise<BlobState> {
      const file = pathOf(digest);
      const stat = statSync(file, { throwIfNoEntry: false });
      if (!stat) return 'absent';
      return stat.isFile() && (await digestOfFile(file)) === digest ? 'intact' : 'damaged';
    },

    async take(file) {
      const digest = await digestOfFile(file);
      const bytes = statSync(file).size;
      const place = pathOf(digest);
      if ((await store.verify(digest)) === 'intact' && renew(place)) {
        rmSync(file, { force: true });
        return { digest, bytes };
      }
      await syncFile(file);
      chmodSync(file, BLOB_MODE);
      makeFolder(path.dirname(place));
      await rename(file, place);
      await syncFolder(path.dirname(place));
      healed(place);
      return { digest, bytes };
    },

    async put(text) {
      const digest = digestOf(text);
      const place = pathOf(digest);
      if ((await store.verify(digest)) !== 'intact' || !renew(place)) {
        makeFolder(path.dirname(place));
        await writeFileAtomic(place, text, BLOB_MODE);
        healed(place);
      }
      return digest;
    },

    text(digest) {
      const file = pathOf(digest);
      if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
      const text = readFileSync(file, 'utf8');
      return digestOf(text) === digest ? text : undefined;
    },

    record(fingerprint) {
      const file = recordFile(fingerprint);
      let text: string;
      try {
        text = readFileSync(file, 'utf8');
      } catch (error) {
        if (!isSystemError(error) || (error.code !== 'ENOENT' && error.code !== 'EISDIR')) throw naming(file, error);
        if (error.code === 'EISDIR') quarantine(file);
        return Promise.resolve(undefined);
      }
      const record = parseRecord(text, fingerprint);
      if (!record) quarantine(file);
      return Promise.resolve(record);
    },

    async putRecord(record) {
      const file = recordFile(record.fingerprint);
      makeFolder(path.dirname(file));
      await writeFileAtomic(file, formatRecord(record));
    },

    fingerprints() {
      const files = namesIfThere(path.join(folder, 'runs'));
      return Promise.resolve(
        files
          .flatMap((name) => (/^[0-9a-f]{64}\.json$/.test(name) ? [name.slice(0, 64) as Fingerprint] : []))
          .sort(byCodeUnit),
      );
    },

    quarantine(what) {
      quarantine('blob' in what ? pathOf(what.blob) : recordFile(what.record));
    },
  };
  return store;
}

/** Absolute path of a blob in a store's folder: two digits to a subfolder. */
export function blobFile(folder: string, digest: Digest): string {
  return path.join(folder, 'objects', digest.slice(0, 2), digest.slice(2));
}

/** `seal` is the digest of the record's compact JSON, so that a flipped byte anywhere in it is noticed. */
export function formatRecord(record: RunRecord): string {
  const plain: unknown = JSON.parse(JSON.stringify(record));
  return `${JSON.stringify({ seal: digestOf(JSON.stringify(plain)), record: plain }, null, 1)}\n`;
}

/** Undefined: not the record that it should be, or damaged. */
export function parseRecord(text: string, fingerprint: Fingerprint): RunRecord | undefined {
  try {
    const { seal, record } = JSON.parse(text) as { seal: Digest; record: RunRecord };
    return digestOf(JSON.stringify(record)) === seal && record.fingerprint === fingerprint ? record : undefined;
  } catch {
    return undefined; // truncated, or not JSON at all
  }
}
