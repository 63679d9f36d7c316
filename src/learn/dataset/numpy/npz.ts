/** Several arrays in one file, as `numpy.savez` and `savez_compressed` write them: a ZIP of `.npy` members. */
import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { DatasetError } from '../error.ts';
import { parseNpy, type NpyArray } from './npy.ts';

/** Arrays are held in memory, and a small member may claim to unpack to anything. */
const LARGEST = 2 ** 31;

/** The arrays whose names (without `.npy`) are wanted, if the file has them. Throws DatasetError for a damaged file. */
export async function readNpz(path: string, wanted: readonly string[]): Promise<ReadonlyMap<string, NpyArray>> {
  const refuse = (problem: string): never => {
    throw new DatasetError(`${path} is no .npz file that can be read: ${problem}`);
  };
  const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  const zip = await openPromise(path, { autoClose: false }).catch((error: unknown) => refuse(`${reason(error)}.`));
  const arrays = new Map<string, NpyArray>();
  try {
    for await (const entry of zip.eachEntry()) {
      const name = entry.fileName.replace(/\.npy$/, '');
      if (!wanted.includes(name)) continue;
      if (arrays.has(name)) refuse(`it holds "${name}" twice.`);
      if (entry.uncompressedSize > LARGEST)
        refuse(`"${name}" takes ${entry.uncompressedSize} bytes; ${LARGEST} are the most.`);
      arrays.set(name, parseNpy(await contentOf(zip, entry), `${path}: ${name}`));
    }
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    refuse(`${reason(error)}.`);
  } finally {
    zip.close();
  }
  return arrays;
}

/** Its size is held against the ZIP's own table by the reader of ZIP files, its checksum here. */
async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let checksum = 0;
  for await (const chunk of (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>) {
    checksum = crc32(chunk, checksum);
    chunks.push(chunk);
  }
  if (checksum !== entry.crc32) throw new Error(`${entry.fileName} was changed: its checksum is another`);
  return Buffer.concat(chunks);
}
