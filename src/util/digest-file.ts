import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { digestOf, type Digest } from './digest.ts';

/** Below this, one blocking read is several times cheaper than the round trips of an asynchronous one. */
export const SMALL_FILE_BYTES = 256 * 1024;
const CHUNK_BYTES = 1024 * 1024;

let scratch: Buffer | undefined;

/** SHA-256 of a small file, read at once. */
export function digestOfSmallFile(file: string): Digest {
  scratch ??= Buffer.allocUnsafe(SMALL_FILE_BYTES + 1);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    for (;;) {
      const read = readSync(descriptor, scratch, length, scratch.length - length, null);
      if (read === 0) return digestOf(scratch.subarray(0, length));
      length += read;
      if (length === scratch.length) return digestOfGrowing(scratch, descriptor);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** SHA-256 of a file of any size; reading one chunk overlaps with hashing the one before. */
export async function digestOfFile(file: string): Promise<Digest> {
  const hash = createHash('sha256');
  const handle = await open(file, 'r');
  try {
    let [current, next] = [Buffer.allocUnsafe(CHUNK_BYTES), Buffer.allocUnsafe(CHUNK_BYTES)];
    let { bytesRead } = await handle.read(current, 0, CHUNK_BYTES, null);
    while (bytesRead > 0) {
      const reading = handle.read(next, 0, CHUNK_BYTES, null);
      hash.update(current.subarray(0, bytesRead));
      ({ bytesRead } = await reading);
      [current, next] = [next, current];
    }
    return hash.digest('hex') as Digest;
  } finally {
    await handle.close();
  }
}

/** The file grew beyond the limit for small files since its stat. */
function digestOfGrowing(start: Buffer, descriptor: number): Digest {
  const hash = createHash('sha256').update(start);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let read = readSync(descriptor, chunk); read > 0; read = readSync(descriptor, chunk))
    hash.update(chunk.subarray(0, read));
  return hash.digest('hex') as Digest;
}
