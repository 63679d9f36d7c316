/** Finds unreachable files of a store, and their sizes. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { placeOf } from '../../util/atomic-file.ts';
import type { RunRecord } from '../record.ts';

/** In the order of deletion: a record before its blobs. A draft is the leftover of a killed writer. */
export const GARBAGE_KINDS = [
  'record',
  'file',
  'log',
  'checkpoint',
  'quarantined',
  'source map',
  'audit',
  'draft',
] as const;
export type GarbageKind = (typeof GARBAGE_KINDS)[number];

export interface Garbage {
  readonly kind: GarbageKind;
  /** Absolute: a file, or the folder of a checkpoint. */
  readonly path: string;
  readonly bytes: number;
  /** The stage of a readable record. */
  readonly stage?: string;
}

interface Kept {
  readonly names: ReadonlySet<string>;
  /** Younger files are spared. Milliseconds by the clock of the file system. */
  readonly since: number;
  /** Milliseconds: a checkpoint that nothing names is kept as long after it was last written. */
  readonly checkpointsFor: number;
  readonly now: number;
}

/** The logs of an instance that are kept, beside those of kept results. */
const LOGS = 5;

/** File systems with whole seconds round down, to the next even one at worst. */
const COARSE_MS = 2000;

export function findGarbage(storeFolder: string, { names, since, checkpointsFor, now }: Kept): Garbage[] {
  const at = (...parts: string[]) => path.join(storeFolder, ...parts);
  const old = (stat: { ctimeMs: number }) => stat.ctimeMs < since - COARSE_MS;
  const garbage: Garbage[] = [];
  /** `name`: the name that references use. */
  const judge = (kind: GarbageKind, file: string, name: string | undefined, more: { stage?: string } = {}) => {
    if (name === undefined || names.has(name)) return;
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat?.isFile() && old(stat)) garbage.push({ kind, path: file, bytes: stat.size, ...more });
  };

  const keptLogs = new Set<string>();
  for (const file of readFolder(at('runs'))) {
    const fingerprint = /^([0-9a-f]{64})\.json$/.exec(file)?.[1];
    if (fingerprint === undefined) continue;
    const record = recordAt(at('runs', file));
    if (record && names.has(fingerprint)) keptLogs.add(at(record.execution.log));
    judge('record', at('runs', file), fingerprint, record && { stage: record.stage });
  }
  for (const folder of readFolder(at('objects'))) {
    // A file with another name is the draft of a writer that died.
    for (const file of readFolder(at('objects', folder))) judge('file', at('objects', folder, file), folder + file);
  }
  for (const folder of readFolder(at('logs'))) {
    for (const file of readFolder(at('logs', folder)).sort().slice(0, -LOGS)) {
      if (!keptLogs.has(at('logs', folder, file))) judge('log', at('logs', folder, file), '');
    }
  }
  for (const fingerprint of readFolder(at('checkpoints'))) {
    if (names.has(fingerprint)) continue;
    const { bytes, written } = measure(at('checkpoints', fingerprint));
    if (written < Math.min(since - COARSE_MS, now - checkpointsFor))
      garbage.push({ kind: 'checkpoint', path: at('checkpoints', fingerprint), bytes });
  }
  for (const file of readFolder(at('quarantine')))
    judge('quarantined', at('quarantine', file), nameOfQuarantined(file));
  for (const file of readFolder(at('state', 'maps')))
    judge('source map', at('state', 'maps', file), /^([0-9a-f]{64})\.map$/.exec(file)?.[1]);
  for (const file of readFolder(at('audits')))
    judge('audit', at('audits', file), /^([0-9a-f]{64})\.json$/.exec(file)?.[1]);
  for (const folder of ['runs', 'audits', 'history', 'state', 'lockfiles']) {
    for (const file of readFolder(at(folder))) if (placeOf(file) !== file) judge('draft', at(folder, file), '');
  }
  return garbage.sort((a, b) => GARBAGE_KINDS.indexOf(a.kind) - GARBAGE_KINDS.indexOf(b.kind));
}

/** `objects-ab-cdef...` or `runs-<fingerprint>.json`; other files are not ours. */
function nameOfQuarantined(file: string): string | undefined {
  const [, first, rest] = /^objects-([0-9a-f]{2})-([0-9a-f]{62})$/.exec(file) ?? [];
  return first === undefined ? /^runs-([0-9a-f]{64})\.json$/.exec(file)?.[1] : `${first}${rest!}`;
}

function recordAt(file: string): RunRecord | undefined {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { record: RunRecord }).record;
  } catch {
    return undefined; // unreadable: it is judged by its name alone
  }
}

/** The size of a folder with its contents; links are not followed. */
function measure(folder: string): { bytes: number; written: number } {
  let bytes = 0;
  let written = statSync(folder).ctimeMs;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    const stat = statSync(place, { throwIfNoEntry: false });
    const inner = entry.isDirectory() ? measure(place) : { bytes: stat?.size ?? 0, written: stat?.ctimeMs ?? 0 };
    bytes += inner.bytes;
    written = Math.max(written, inner.written);
  }
  return { bytes, written };
}

function readFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
