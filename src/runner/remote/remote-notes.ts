/** What the store remembers about a remote: copies of index objects, an unfinished push, damaged packs. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { writeFileAtomic } from '../../util/atomic-file.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import { textIfThere } from '../../util/if-there.ts';

/** Absolute path of the folder for a remote, by its URL. */
export function notesFolder(storeFolder: string, url: string): string {
  return path.join(storeFolder, 'remotes', digestOf(url).slice(0, 16));
}

export const indexCache = (notes: string): string => path.join(notes, 'index');

const damagedFile = (notes: string): string => path.join(notes, 'damaged');

/** Packs that `verify --remote` found damaged or missing: the next push stores their blobs anew. */
export function damagedPacks(notes: string): Digest[] {
  return textIfThere(damagedFile(notes)).split('\n').filter(Boolean) as Digest[];
}

export async function noteDamagedPacks(notes: string, packs: readonly Digest[]): Promise<void> {
  mkdirSync(notes, { recursive: true });
  await writeFileAtomic(damagedFile(notes), packs.map((pack) => `${pack}\n`).join(''));
}
