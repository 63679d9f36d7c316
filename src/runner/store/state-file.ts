/**
 * What is only remembered to save time lies in `state/`: any of it may be deleted, and a damaged file counts as absent.
 * A file holds the SHA-256 of its payload and the payload in V8's serialisation, which reads 50,000 stat records in a
 * few milliseconds.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { writeFileAtomic } from '../../util/atomic-file.ts';

/** `format` changes with the shape of the value: what another version wrote counts as absent. */
export function readState(file: string, format: string): unknown {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    return undefined;
  }
  if (bytes.length < 32 || !seal(bytes.subarray(32)).equals(bytes.subarray(0, 32))) return undefined;
  try {
    const [found, value] = deserialize(bytes.subarray(32)) as [string, unknown];
    return found === format ? value : undefined;
  } catch {
    return undefined; // written by another version of V8
  }
}

export async function writeState(file: string, format: string, value: unknown): Promise<void> {
  const payload = serialize([format, value]);
  mkdirSync(path.dirname(file), { recursive: true });
  await writeFileAtomic(file, Buffer.concat([seal(payload), payload]));
}

function seal(payload: Uint8Array): Buffer {
  return createHash('sha256').update(payload).digest();
}
