/**
 * The files of a store that are reachable from given names. Records name their outputs, inputs and code; lists of
 * folders name their files.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Digest } from '../../util/digest.ts';
import { textIfThere } from '../../util/if-there.ts';
import { blobFile } from '../store/local-store.ts';
import { TREE_START } from '../store/tree.ts';
import { digestsIn } from './roots.ts';

/** Fingerprints and digests; the store need not hold everything that is named. */
export function findReachable(storeFolder: string, roots: Iterable<string>): ReadonlySet<string> {
  const reached = new Set(roots);
  // The set grows during the loop, and added names are visited too.
  for (const name of reached) {
    for (const text of [textIfThere(path.join(storeFolder, 'runs', `${name}.json`)), listText(storeFolder, name)]) {
      for (const next of digestsIn(text)) reached.add(next);
    }
  }
  return reached;
}

/** The text of a blob if it is the list of a folder: only the start of any other blob is read. */
function listText(storeFolder: string, name: string): string {
  const file = blobFile(storeFolder, name as Digest);
  const start = Buffer.alloc(TREE_START.length);
  try {
    const descriptor = openSync(file, 'r');
    try {
      readSync(descriptor, start, 0, start.length, 0);
    } finally {
      closeSync(descriptor);
    }
    return start.toString('latin1') === TREE_START ? readFileSync(file, 'utf8') : '';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
