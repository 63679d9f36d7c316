/**
 * Caches are in `state/`. Any of its files may be deleted, a damaged file counts as absent, and an unwritable file is
 * no fault. A file holds the SHA-256 of its payload and the payload in V8's serialisation, which reads 50,000 stat
 * records in a few milliseconds.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { makeFolder, writeFileAtomic } from '../../util/atomic-file.ts';
import { isSystemError } from '../../util/system-error.ts';

/** Makes the state folder. A failure is reported later, when a result is stored. */
export function makeStateFolder(storeFolder: string): string {
  const folder = path.join(storeFolder, 'state');
  try {
    // A file in its place holds nothing useful.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) rmSync(folder, { force: true });
    makeFolder(folder); // the first folder of a new store must be as durable as the files flushed in it
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
  return folder;
}

/** `format` changes with the shape of the value: a file of another version counts as absent. */
export function readState(file: string, format: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  if (bytes.length < 32 || !checksum(bytes.subarray(32)).equals(bytes.subarray(0, 32))) return undefined;
  try {
    const [found, value] = deserialize(bytes.subarray(32)) as [string, unknown];
    return found === format ? value : undefined;
  } catch {
    return undefined; // written by another version of V8
  }
}

/** If it cannot be written (a full or read-only disk), the next command computes it again. */
export async function writeState(file: string, format: string, value: unknown): Promise<void> {
  const payload = serialize([format, value]);
  await writeStateText(file, Buffer.concat([checksum(payload), payload]));
}

/** As `writeState`, for files that have a form of their own. */
export async function writeStateText(file: string, data: string | Uint8Array): Promise<void> {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) rmSync(file, { recursive: true, force: true });
    mkdirSync(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, data);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function checksum(payload: Uint8Array): Buffer {
  return createHash('sha256').update(payload).digest();
}
