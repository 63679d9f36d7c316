/**
 * Everything in a store that some names lead to. Records name the outputs, inputs and code of their executions; lists
 * of folders name their files.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { digestsIn } from '../../util/digests-in.ts';
import type { Digest } from '../../util/digest.ts';
import { namesIfThere } from '../../util/if-there.ts';
import { blobFile } from '../store/local-store.ts';
import { resultIdOfFile } from '../store/record-file.ts';
import { TREE_START } from '../store/tree.ts';

export interface Reachable {
  /** Fingerprints and digests; the store need not hold everything that is named. */
  readonly names: ReadonlySet<string>;
  /** Absolute paths of the records that are kept. */
  readonly records: ReadonlySet<string>;
}

/**
 * A named fingerprint may have several executions. Those with an output of a named digest are kept, and the newest one,
 * which counts if no lockfile names one.
 */
export function findReachable(storeFolder: string, roots: Iterable<string>): Reachable {
  const { byFingerprint, byOutput } = readRecords(storeFolder);
  const names = new Set(roots);
  const records = new Set<string>();
  const keep = ({ file, text }: StoredRecord): void => {
    if (records.has(file)) return;
    records.add(file);
    for (const name of digestsIn(text)) names.add(name);
  };
  // A set grows while it is walked, and what is added is walked too.
  for (const name of names) {
    const executions = byFingerprint.get(name) ?? [];
    for (const [i, record] of executions.entries())
      if (i === 0 || record.outputs.some((digest) => names.has(digest))) keep(record);
    for (const record of byOutput.get(name) ?? []) if (names.has(record.fingerprint)) keep(record);
    for (const next of digestsIn(listText(storeFolder, name))) names.add(next);
  }
  return { names, records };
}

interface StoredRecord {
  /** Absolute. */
  readonly file: string;
  readonly fingerprint: string;
  readonly started: string;
  readonly outputs: readonly string[];
  readonly text: string;
}

function readRecords(storeFolder: string) {
  const byFingerprint = new Map<string, StoredRecord[]>();
  const byOutput = new Map<string, StoredRecord[]>();
  for (const fingerprint of namesIfThere(path.join(storeFolder, 'runs'))) {
    const folder = path.join(storeFolder, 'runs', fingerprint);
    const files = namesIfThere(folder).filter((name) => resultIdOfFile(name) !== undefined);
    const found = files.map((name) => storedRecord(path.join(folder, name), fingerprint));
    byFingerprint.set(
      fingerprint,
      found.sort((a, b) => (a.started < b.started ? 1 : -1)),
    );
    for (const record of found) {
      for (const digest of record.outputs) byOutput.set(digest, [...(byOutput.get(digest) ?? []), record]);
    }
  }
  return { byFingerprint, byOutput };
}

/** A damaged record keeps what can be read of it. */
function storedRecord(file: string, fingerprint: string): StoredRecord {
  const text = readFileSync(file, 'utf8');
  try {
    const { record } = JSON.parse(text) as {
      record: { execution?: { started?: string }; outputs: Record<string, { digest: string }> };
    };
    const outputs = Object.values(record.outputs).map(({ digest }) => digest);
    return { file, fingerprint, started: record.execution?.started ?? '', outputs, text };
  } catch {
    return { file, fingerprint, started: '', outputs: [], text };
  }
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
