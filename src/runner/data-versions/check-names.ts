/** Names of files that mean trouble on this system or on another one. */
import type { TreeEntry } from '../store/tree.ts';
import { isInsideName } from '../store/tree.ts';

/** Names that no other system could write. `data add` refuses them. */
export function unportableNames(entries: readonly TreeEntry[]): string[] {
  return entries.flatMap(({ name }) => (name === '' || isInsideName(name) ? [] : [name]));
}

export interface NameClash {
  readonly first: string;
  readonly second: string;
  /** How macOS and Windows see them as one file. */
  readonly by: 'case' | 'unicode';
}

/** Pairs of names that differ only in case or in Unicode form (NFC and NFD), folders included. */
export function clashingNames(entries: readonly TreeEntry[]): NameClash[] {
  const seen = new Map<string, string>();
  const clashes: NameClash[] = [];
  for (const { name } of entries) {
    for (const part of foldersAndName(name)) {
      const key = part.normalize('NFC').toLowerCase();
      const other = seen.get(key);
      if (other === undefined) seen.set(key, part);
      else if (other !== part) {
        const by = other.normalize('NFC') === part.normalize('NFC') ? 'unicode' : 'case';
        if (!clashes.some(({ second }) => second === part)) clashes.push({ first: other, second: part, by });
      }
    }
  }
  return clashes;
}

function foldersAndName(name: string): string[] {
  const parts = name.split('/');
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}

/** Files that operating systems leave in folders. They count like any other file, and are named. */
export function systemFiles(entries: readonly TreeEntry[]): string[] {
  return entries.flatMap(({ name }) => (/(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/i.test(name) ? [name] : []));
}
