/** Reads an archive into a private folder, and believes nothing of it: sizes, order, digests, kinds and the total. */
import type { ArchivedFile, ArchiveManifest } from '../../formats/archive-manifest.ts';
import { createHash } from 'node:crypto';
import { createReadStream, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, pipeline as connect, Transform, type Duplex } from 'node:stream';
import { digestOf } from '../../util/digest.ts';
import { ArchiveError } from './archive-error.ts';
import { byteSource, type ByteSource } from './byte-source.ts';
import { decompressorFor, isBomb } from './compression.ts';
import { LONGEST_TEXT, manifestDigest, parseManifest } from './manifest.ts';
import { BLOCK, END, padding, readHeader } from './tar.ts';

/** Tar programs fill up the last record of an archive, of 10 KiB as a rule. */
const LONGEST_FILLING = 1024 * 1024;

export interface UnpackOptions {
  /** Absolute; private to this import. Unpacked files are named by their number in the manifest. */
  readonly folder: string;
  /** Called once, before anything else is read; answers which files are to be taken. The others are only verified. */
  readonly choose: (manifest: ArchiveManifest) => Promise<(file: ArchivedFile) => boolean>;
  readonly tell: (bytes: number, of: number) => void;
}

/** Every byte has been compared with its digest when it returns. Throws ArchiveError. */
export async function unpack(file: string, { folder, choose, tell }: UnpackOptions): Promise<ArchiveManifest> {
  const stream = opened(file, decompressorFor(file));
  try {
    const source = byteSource(stream);
    const manifest = await readManifest(source);
    const takes = await choose(manifest);
    const of = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
    requireSpace(folder, manifest.files.filter(takes));
    let done = 0;
    for (const [i, expected] of manifest.files.entries()) {
      const header = await readHeader(source);
      if (header === undefined) throw new ArchiveError(`the archive ends before ${expected.name}`);
      if (header.name !== expected.name)
        throw new ArchiveError(`the archive holds ${JSON.stringify(header.name)} instead of ${expected.name}`);
      if (header.bytes !== expected.bytes)
        throw new ArchiveError(
          `${expected.name} has ${header.bytes} bytes in the archive, and ${expected.bytes} by its manifest`,
        );
      await readFile(source, expected, takes(expected) ? path.join(folder, String(i)) : undefined);
      tell((done += expected.bytes), of);
    }
    if ((await readHeader(source)) !== undefined)
      throw new ArchiveError('the archive holds more than its manifest lists');
    if (!(await source.zerosToTheEnd(END.length - BLOCK + LONGEST_FILLING)))
      throw new ArchiveError('something follows the end of the archive');
    return manifest;
  } catch (error) {
    throw isUnpackingFault(error) ? new ArchiveError(`the archive is damaged: ${error.message}`) : error;
  } finally {
    stream.destroy();
  }
}

/** The bytes of the tar; ends in an error as soon as they are more than the packed ones can honestly hold. */
function opened(file: string, decompressor: Duplex = new PassThrough()): Transform {
  let [packed, unpacked] = [0, 0];
  const before = new Transform({
    transform(chunk: Buffer, _, done) {
      packed += chunk.length;
      done(null, chunk);
    },
  });
  const after = new Transform({
    transform(chunk: Buffer, _, done) {
      unpacked += chunk.length;
      done(
        isBomb(packed, unpacked)
          ? new ArchiveError('the archive unpacks to far more than it could honestly hold')
          : null,
        chunk,
      );
    },
  });
  // The reader of the last stream gets every error there.
  connect(createReadStream(file, { highWaterMark: 1 << 18 }), before, decompressor, after, () => undefined);
  return after;
}

async function readManifest(source: ByteSource): Promise<ArchiveManifest> {
  const header = await readHeader(source);
  const digest = header && manifestDigest(header.name);
  if (header === undefined || digest === undefined)
    throw new ArchiveError('this is no archive of pipeline export: it does not begin with a manifest');
  if (header.bytes > LONGEST_TEXT)
    throw new ArchiveError(`the manifest of the archive has ${header.bytes} bytes; it has ${LONGEST_TEXT} at most`);
  const text = await source.take(header.bytes);
  if (digestOf(text) !== digest)
    throw new ArchiveError(
      'the manifest of the archive does not match its digest: the archive was damaged on its way, or changed',
    );
  await skipPadding(source, header.bytes);
  return parseManifest(text.toString('utf8'));
}

/** @param place the path to write to; undefined: the file is only verified */
async function readFile(
  source: ByteSource,
  { name, bytes, digest }: ArchivedFile,
  place: string | undefined,
): Promise<void> {
  const hash = createHash('sha256');
  const target = place === undefined ? undefined : await open(place, 'wx', 0o600);
  try {
    for await (const piece of source.pieces(bytes)) {
      hash.update(piece);
      await target?.writeFile(piece);
    }
  } finally {
    await target?.close();
  }
  if (hash.digest('hex') !== digest)
    throw new ArchiveError(`${name} does not match its digest: the archive was damaged on its way, or changed`);
  await skipPadding(source, bytes);
}

async function skipPadding(source: ByteSource, bytes: number): Promise<void> {
  const filling = await source.take(padding(bytes).length);
  if (!filling.every((byte) => byte === 0)) throw new ArchiveError('the archive holds something between its files');
}

function requireSpace(folder: string, files: readonly ArchivedFile[]): void {
  const { bavail, bsize } = statfsSync(folder);
  const wanted = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (wanted > bavail * bsize)
    throw new ArchiveError(
      `the archive unpacks to ${wanted} bytes, but only ${bavail * bsize} are free`,
      'Free some space, or move the store with `store` in the settings.',
    );
}

/** True for errors of gzip or Zstandard. */
function isUnpackingFault(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(Z_|ZSTD_|ERR_ZLIB|ERR_STREAM_PREMATURE)/.test(error.code)
  );
}
