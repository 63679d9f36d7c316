/**
 * A folder's identity: one text that lists every file with kind, size and digest, sorted by code unit. The SHA-256 of
 * that text is the folder's digest. The text is kept as a blob, so that the folder can be rebuilt from the store and
 * two versions can be compared file by file.
 */
import { byCodeUnit } from '../../util/canonical-json.ts';
import { digestOf, type Digest } from '../../util/digest.ts';
import type { EntryKind } from './listing.ts';

export interface TreeEntry {
  /** Relative to the folder, with `/`. */
  readonly name: string;
  readonly kind: EntryKind;
  readonly bytes: number;
  /** The digest of the content; empty for an empty folder. */
  readonly digest: Digest | '';
}

export interface Tree {
  readonly digest: Digest;
  /** The text that is hashed. */
  readonly text: string;
  /** The size of all files together. */
  readonly bytes: number;
}

/** This distinguishes a list from any other blob. */
export const TREE_START = '{"type":"folder","format":1,';

export function treeOf(entries: readonly TreeEntry[]): Tree {
  const sorted = [...entries].sort((a, b) => byCodeUnit(a.name, b.name));
  const lines = sorted.map((entry) => JSON.stringify([entry.name, entry.kind, entry.bytes, entry.digest]));
  const text = `${TREE_START}"entries":[\n${lines.join(',\n')}\n]}\n`;
  return { digest: digestOf(text), text, bytes: entries.reduce((sum, entry) => sum + entry.bytes, 0) };
}

/** The entries of a text that treeOf wrote; its digest has been verified before. */
export function parseTree(text: string): TreeEntry[] {
  const tree = JSON.parse(text) as { entries: [string, EntryKind, number, Digest | ''][] };
  return tree.entries.map(([name, kind, bytes, digest]) => ({ name, kind, bytes, digest }));
}

/** A relative name that leads to a place inside the folder, on every system. */
export function isInsideName(name: string): boolean {
  return (
    name !== '' &&
    !/[\\\0]/.test(name) &&
    !/^[A-Za-z]:/.test(name) &&
    name.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

/** Files by which two versions of a folder differ, in code-unit order. */
export function treeDifferences(
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
): { name: string; before?: string; after?: string }[] {
  const old = new Map(before.map((entry) => [entry.name, entry]));
  const now = new Map(after.map((entry) => [entry.name, entry]));
  return [...new Set([...old.keys(), ...now.keys()])]
    .sort(byCodeUnit)
    .flatMap((name): { name: string; before?: string; after?: string }[] => {
      const [a, b] = [old.get(name), now.get(name)];
      if (a?.digest === b?.digest && a?.kind === b?.kind) return [];
      if (a && a.digest === b?.digest) return [{ name, before: a.kind, after: b.kind }];
      return [{ name, ...(a && { before: a.digest }), ...(b && { after: b.digest }) }];
    });
}
