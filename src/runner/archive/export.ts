/** Writes results of a store into one file, for a machine that cannot be reached otherwise. */
import type { ArchiveManifest } from '../../formats/archive-manifest.ts';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, statSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline as connect } from 'node:stream/promises';
import { syncFile, syncFolder, temporaryBeside } from '../../util/atomic-file.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { isPermission } from '../../util/remove-tree.ts';
import { DamagedBlobError } from '../store/damaged-blob-error.ts';
import { formatRecord } from '../store/record-file.ts';
import type { Store } from '../store/store.ts';
import { ArchiveError } from './archive-error.ts';
import { compressorFor, isBomb } from './compression.ts';
import type { ArchiveContents } from './contents.ts';
import { archivedRecord, blobName, formatManifest, manifestName } from './manifest.ts';
import { END, headerBlock, padding } from './tar.ts';

export interface ExportSummary {
  readonly results: number;
  readonly files: number;
  /** The sizes of the files, and of the archive. */
  readonly bytes: number;
  readonly archiveBytes: number;
}

/**
 * Every blob is compared with its digest on the way. The archive is there whole or not at all, and replaces nothing.
 * Throws ArchiveError, DamagedBlobError.
 * @param file absolute; its ending says how it is packed
 * @param tell called with the bytes done and the total
 */
export async function writeArchive(
  file: string,
  pipelineName: string,
  contents: ArchiveContents,
  store: Store,
  tell: (bytes: number, of: number) => void,
): Promise<ExportSummary> {
  const compressor = compressorFor(file);
  const exists = new ArchiveError(
    `${path.basename(file)} is there already`,
    'An archive never replaces a file: choose another name, or remove the file.',
  );
  if (existsSync(file)) throw exists;
  const records = contents.records.map((record) => archivedRecord(formatRecord(record)));
  const results = contents.chosen.map((record) => [record.instance, digestOf(formatRecord(record))] as const);
  const blobs = contents.blobs.map(({ digest, bytes }) => ({ name: blobName(digest), bytes, digest }));
  const files: ArchiveManifest['files'] = [
    ...records.map(({ name, bytes, digest }) => ({ name, bytes, digest })),
    ...blobs,
  ];
  const manifest = formatManifest({ format: 1, pipeline: pipelineName, results: Object.fromEntries(results), files });
  const of = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;

  async function* tar(): AsyncGenerator<Buffer> {
    for (const { name, text } of [{ name: manifestName(manifest), text: manifest }, ...records]) {
      yield* entry(name, Buffer.byteLength(text), [Buffer.from(text)]);
    }
    for (const { name, bytes, digest } of blobs) {
      yield* entry(name, bytes, verified(store, digest));
      tell((done += bytes), of);
    }
    yield END;
  }

  const temporary = temporaryBeside(file);
  try {
    const target = createWriteStream(temporary, { flags: 'wx' });
    await (compressor ? connect(Readable.from(tar()), compressor, target) : connect(Readable.from(tar()), target));
    const archiveBytes = statSync(temporary).size;
    if (isBomb(archiveBytes, of))
      throw new ArchiveError(
        'these files pack so tightly that an import would take the archive for a bomb',
        'Choose a name that ends in .tar.',
      );
    await syncFile(temporary);
    if (existsSync(file)) throw exists;
    await rename(temporary, file);
    await syncFolder(path.dirname(file));
    return { results: results.length, files: files.length, bytes: of, archiveBytes };
  } finally {
    await rm(temporary, { force: true });
  }
}

async function* entry(
  name: string,
  bytes: number,
  content: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer> {
  yield headerBlock({ name, bytes });
  yield* content;
  yield padding(bytes);
}

async function* verified(store: Store, digest: Digest): AsyncGenerator<Buffer> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(store.pathOf(digest), {
    highWaterMark: 1 << 20,
  }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') === digest) return;
  quarantineIfAllowed(store, digest);
  throw new DamagedBlobError(digest, 'A file that the archive needs', 'damaged');
}

/** Then the next run executes the producer again. A reader without permission leaves it to `verify --repair`. */
function quarantineIfAllowed(store: Store, digest: Digest): void {
  try {
    store.quarantineBlob(digest);
  } catch (error) {
    if (!isPermission(error)) throw error;
  }
}
