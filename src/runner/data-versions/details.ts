/**
 * Permissions and times of the files of a version. They are no part of its digest: a file that was only touched is no
 * new version. A checkout restores them.
 */
import { statSync } from 'node:fs';
import type { Digest } from '../../util/digest.ts';
import type { Store } from '../store/store.ts';
import type { TreeEntry } from '../store/tree.ts';

export interface FileDetails {
  /** The permission bits. */
  readonly mode: number;
  /** Microseconds since 1970. */
  readonly mtimeUs: number;
}

const START = '{"type":"details","format":1,';

/** @param fileOf absolute path of an entry */
export function detailsText(entries: readonly TreeEntry[], fileOf: (name: string) => string): string {
  const lines = entries.flatMap(({ name, kind }) => {
    if (kind === 'folder') return [];
    const { mode, mtimeNs } = statSync(fileOf(name), { bigint: true });
    return [JSON.stringify([name, Number(mode & 0o777n), Number(mtimeNs / 1000n)])];
  });
  return `${START}"entries":[\n${lines.join(',\n')}\n]}\n`;
}

/** By name; empty if the store lacks them: content comes back without them. */
export function readDetails(store: Store, digest: Digest): ReadonlyMap<string, FileDetails> {
  const text = store.text(digest);
  if (text?.startsWith(START) !== true) return new Map();
  const { entries } = JSON.parse(text) as { entries: [string, number, number][] };
  return new Map(entries.map(([name, mode, mtimeUs]) => [name, { mode: mode & 0o777, mtimeUs }]));
}
