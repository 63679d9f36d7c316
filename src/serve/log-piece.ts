/** A piece of the log of an instance's last attempt: its end, or the text behind an earlier piece. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { InstanceId } from '../formats/identity.ts';
import { findLogFiles } from '../runner/store/log-files.ts';
import type { LogPiece } from './state.ts';

const FIRST_BYTES = 24 * 1024;
const MOST_BYTES = 256 * 1024;

/** Undefined: there is no log. @param before file and end of the piece before, if there is one */
export function readLogPiece(
  storeFolder: string,
  id: InstanceId,
  before?: { readonly file: string; readonly to: number },
): LogPiece | undefined {
  const newest = findLogFiles(storeFolder, id).at(-1);
  if (newest === undefined) return undefined;
  const file = path.basename(newest);
  let descriptor: number;
  try {
    descriptor = openSync(newest, 'r');
  } catch {
    return undefined; // removed meanwhile
  }
  try {
    const { size } = fstatSync(descriptor);
    const goesOn = before?.file === file && before.to <= size && size - before.to <= MOST_BYTES;
    const from = goesOn ? before.to : beginning(descriptor, Math.max(0, size - FIRST_BYTES));
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const length = readSync(descriptor, bytes, 0, bytes.length, from);
    const whole = wholeCharacters(bytes.subarray(0, length));
    return { file, from, to: from + whole.length, text: whole.toString('utf8') };
  } finally {
    closeSync(descriptor);
  }
}

/** The next line that begins at or behind a place; the place itself in a very long line. */
function beginning(descriptor: number, place: number): number {
  if (place === 0) return 0;
  const bytes = Buffer.alloc(4096);
  const length = readSync(descriptor, bytes, 0, bytes.length, place);
  const end = bytes.subarray(0, length).indexOf(0x0a);
  return end === -1 ? place : place + end + 1;
}

/** Without a character of UTF-8 at the end that is not whole yet. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
