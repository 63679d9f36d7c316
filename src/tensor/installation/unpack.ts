/**
 * Extracts the needed files from wheels, which are ZIP files, as streams: one library exceeds the size limit of a
 * buffer.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { open, type Entry, type ZipFile } from 'yauzl';

const openZip = promisify(
  open as (file: string, options: object, done: (error: Error | null, zip: ZipFile) => void) => void,
);

/**
 * Writes the members that are `wanted` below `folder`, until `signal` ends it; programs can be run afterwards.
 * Checksums of the members are those of the wheel, which was verified as a whole.
 */
export async function unpack(
  wheel: string,
  folder: string,
  wanted: (member: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const zip = await openZip(wheel, { lazyEntries: true });
  const streamOf = promisify((entry: Entry, done: (error: Error | null, stream: Readable) => void) => {
    zip.openReadStream(entry, done as never);
  });
  await new Promise<void>((resolve, reject) => {
    const take = async (entry: Entry): Promise<void> => {
      if (!entry.fileName.endsWith('/') && wanted(entry.fileName)) {
        const target = path.join(folder, entry.fileName);
        await mkdir(path.dirname(target), { recursive: true });
        await pipeline(await streamOf(entry), createWriteStream(target, { mode: modeOf(entry) }), { signal });
      }
      zip.readEntry();
    };
    zip.on('entry', (entry: Entry) => {
      take(entry).catch(reject);
    });
    zip.on('end', resolve);
    zip.on('error', reject);
    zip.readEntry();
  }).finally(() => {
    zip.close();
  });
}

/**
 * Whoever made the archive on Unix put the file's mode into the upper half of its attributes; only the run bit counts.
 */
const modeOf = ({ externalFileAttributes }: Entry): number => ((externalFileAttributes >>> 16) & 0o100 ? 0o755 : 0o644);
