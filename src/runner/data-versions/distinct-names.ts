/** File systems that see two names as one: macOS and Windows ignore case, and macOS the Unicode form. */
import { mkdirSync, mkdtempSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TreeEntry } from '../store/tree.ts';
import { clashingNames, type NameClash } from './check-names.ts';
import { DataError } from './data-error.ts';

/** Throws DataError if this file system would write one file over another. */
export function requireDistinctNames(target: string, entries: readonly TreeEntry[]): void {
  const clashes = clashingNames(entries);
  if (clashes.length === 0) return;
  const folder = path.dirname(target);
  mkdirSync(folder, { recursive: true });
  const merged = clashes.filter(({ by }) => isOneFile(folder, by));
  const [first] = merged;
  if (first === undefined) return;
  throw new DataError(
    `this file system sees ${JSON.stringify(first.first)} and ${JSON.stringify(first.second)} as one file` +
      (merged.length > 1 ? `, and ${merged.length - 1} more pairs` : ''),
    'Rename one of each pair where the data was added, and add it again.',
  );
}

const PROBES: Readonly<Record<NameClash['by'], readonly [string, string]>> = {
  case: ['a', 'A'],
  unicode: ['\u00e9', 'e\u0301'],
};

function isOneFile(folder: string, by: NameClash['by']): boolean {
  const [first, second] = PROBES[by];
  const probe = mkdtempSync(path.join(folder, '.names-'));
  try {
    writeFileSync(path.join(probe, first), '');
    return existsSync(path.join(probe, second));
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}
