/** Reads and writes pointer files. */
import { readFileSync } from 'node:fs';
import type { DataPointer } from '../../formats/data-pointer.ts';
import { faultIn } from '../../formats/validation.ts';
import { validate } from '../../formats/validators/data-pointer.generated.js';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { conflictSides } from '../lockfile/merge-conflict.ts';
import { isPointerFile, POINTER_ENDING } from '../store/pointer-file.ts';
import { DataError } from './data-error.ts';

export type ReadPointer =
  | { readonly kind: 'absent' }
  | { readonly kind: 'pointer'; readonly pointer: DataPointer }
  /** git could not merge two versions: a person chooses. */
  | { readonly kind: 'conflict'; readonly ours: DataPointer; readonly theirs: DataPointer };

/** `data/ham10000.data.json` of `data/ham10000`. */
export const pointerFileOf = (target: string): string => `${target}${POINTER_ENDING}`;

/** `data/ham10000` of `data/ham10000.data.json`; undefined for another name. */
export const targetOfPointer = (file: string): string | undefined =>
  file.endsWith(POINTER_ENDING) ? file.slice(0, -POINTER_ENDING.length) : undefined;

/** Throws DataError for a file that is no pointer. */
export function readPointer(target: string): ReadPointer {
  const file = pointerFileOf(target);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent' };
    throw error;
  }
  if (!isPointerFile(file))
    throw new DataError(
      `${file} is no pointer file of pipeline data, and its name is needed for one`,
      'Rename that file.',
    );
  return parsePointer(text, file);
}

/** @param file names the text in messages. Throws DataError. */
export function parsePointer(text: string, file: string): Exclude<ReadPointer, { kind: 'absent' }> {
  const sides = conflictSides(text);
  if (sides === undefined) return { kind: 'pointer', pointer: parse(text, file) };
  const [ours, theirs] = sides;
  return { kind: 'conflict', ours: parse(ours, file), theirs: parse(theirs, file) };
}

function parse(text: string, file: string): DataPointer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(file, (error as Error).message);
  }
  const fault = faultIn(validate, value);
  if (fault !== undefined) throw unreadable(file, fault);
  return value as DataPointer;
}

const unreadable = (file: string, finding: string): DataError =>
  new DataError(
    `${file} cannot be read: ${finding}`,
    'Take the file of a commit (git checkout FILE), or remove it and add the folder again: pipeline data add.',
  );

export function formatPointer(pointer: DataPointer): string {
  const { type, format, kind, digest, details, files, bytes, added } = pointer;
  return `${JSON.stringify({ type, format, kind, digest, details, files, bytes, added }, null, 2)}\n`;
}

export async function writePointer(target: string, pointer: DataPointer): Promise<void> {
  await writeFileAtomic(pointerFileOf(target), formatPointer(pointer));
}
