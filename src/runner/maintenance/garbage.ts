/** Finds unreachable files of a store, and their sizes. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { isTemporary } from '../../util/atomic-file.ts';
import { namesIfThere } from '../../util/if-there.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { SERIES_FOLDER } from '../series/series-file.ts';
import { resultIdOfFile } from '../store/record-file.ts';
import type { Reachable } from './reachable.ts';

/** In the order of deletion: a record before its blobs. A draft is the leftover of a killed writer. */
export const GARBAGE_KINDS = [
  'record',
  'file',
  'log',
  'checkpoint',
  'series',
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

interface Kept extends Reachable {
  /** Younger files are spared. Milliseconds by the clock of the file system. */
  readonly since: number;
  /** Milliseconds: a checkpoint that nothing names is kept as long after it was last written, with its series. */
  readonly checkpointsFor: number;
  readonly now: number;
}

/** The logs of an instance that are kept, beside those of kept results. */
const LOGS = 5;

/** File systems with whole seconds round down, to the next even one at worst. */
const COARSE_MS = 2000;

export function findGarbage(storeFolder: string, kept: Kept): Garbage[] {
  const finder = new GarbageFinder(storeFolder, kept);
  return [
    ...finder.records(),
    ...finder.blobs(),
    ...finder.logs(),
    ...finder.checkpoints(),
    ...finder.series(),
    ...finder.quarantined(),
    ...finder.sourceMaps(),
    ...finder.audits(),
    ...finder.drafts(),
  ].sort((a, b) => GARBAGE_KINDS.indexOf(a.kind) - GARBAGE_KINDS.indexOf(b.kind));
}

class GarbageFinder {
  readonly #folder: string;
  readonly #kept: Kept;

  constructor(folder: string, kept: Kept) {
    this.#folder = folder;
    this.#kept = kept;
  }

  records(): Garbage[] {
    return this.#recordFiles().flatMap((file) => {
      if (this.#kept.records.has(file)) return [];
      const record = recordAt(file);
      return this.#judge('record', file, record && { stage: record.stage });
    });
  }

  blobs(): Garbage[] {
    return this.#names('objects').flatMap((folder) =>
      // A file with another name is the draft of a writer that died.
      this.#names('objects', folder).flatMap((file) =>
        this.#isKept(folder + file) ? [] : this.#judge('file', this.#at('objects', folder, file)),
      ),
    );
  }

  logs(): Garbage[] {
    const keptLogs = new Set(
      this.#recordFiles().flatMap((file) => {
        const log = this.#kept.records.has(file) ? recordAt(file)?.execution.log : undefined;
        return log === undefined ? [] : [this.#at(log)];
      }),
    );
    return this.#names('logs').flatMap((folder) => {
      const old = this.#names('logs', folder).sort().slice(0, -LOGS);
      const files = old.map((name) => this.#at('logs', folder, name)).filter((file) => !keptLogs.has(file));
      return files.flatMap((file) => this.#judge('log', file));
    });
  }

  checkpoints(): Garbage[] {
    const { since, now, checkpointsFor } = this.#kept;
    return this.#names('checkpoints').flatMap((fingerprint) => {
      if (this.#isKept(fingerprint)) return [];
      const folder = this.#at('checkpoints', fingerprint);
      const { bytes, written } = measure(folder);
      const isOld = written < Math.min(since - COARSE_MS, now - checkpointsFor);
      return isOld ? [{ kind: 'checkpoint', path: folder, bytes }] : [];
    });
  }

  /** The series of unfinished executions live as long as their checkpoints. */
  series(): Garbage[] {
    const { now, checkpointsFor } = this.#kept;
    return this.#named('series', [SERIES_FOLDER], (file) => /^([0-9a-f]{64})\.jsonl$/.exec(file)?.[1]).filter(
      ({ path: file }) => statSync(file).ctimeMs < now - checkpointsFor,
    );
  }

  /** A file with another name was put there by somebody else. */
  quarantined(): Garbage[] {
    return this.#named('quarantined', ['quarantine'], nameOfQuarantined);
  }

  sourceMaps(): Garbage[] {
    return this.#named('source map', ['state', 'maps'], (file) => /^([0-9a-f]{64})\.map$/.exec(file)?.[1]);
  }

  audits(): Garbage[] {
    return this.#names('audits').flatMap((file) => {
      const [, fingerprint, result] = /^([0-9a-f]{64})-([0-9a-f]{64}\.json)$/.exec(file) ?? [];
      if (fingerprint === undefined || result === undefined) return [];
      const isKept = this.#kept.records.has(this.#at('runs', fingerprint, result));
      return isKept ? [] : this.#judge('audit', this.#at('audits', file));
    });
  }

  drafts(): Garbage[] {
    const runs = this.#names('runs').map((fingerprint) => ['runs', fingerprint]);
    const beside = [...runs, ['audits'], ['history'], ['state'], ['lockfiles']].flatMap((folder) =>
      this.#names(...folder).flatMap((file) =>
        isTemporary(file) ? this.#judge('draft', this.#at(...folder, file)) : [],
      ),
    );
    const apart = this.#names('drafts').flatMap((file) => this.#judge('draft', this.#at('drafts', file)));
    return [...beside, ...apart];
  }

  /** Files that are kept as long as something names them. */
  #named(kind: GarbageKind, folder: readonly string[], nameOf: (file: string) => string | undefined): Garbage[] {
    return this.#names(...folder).flatMap((file) => {
      const name = nameOf(file);
      return name === undefined || this.#isKept(name) ? [] : this.#judge(kind, this.#at(...folder, file));
    });
  }

  /** Garbage, unless it is as young as the work of a living runner. */
  #judge(kind: GarbageKind, file: string, more: { stage?: string } = {}): Garbage[] {
    const stat = statSync(file, { throwIfNoEntry: false });
    const isOld = stat?.isFile() === true && stat.ctimeMs < this.#kept.since - COARSE_MS;
    return isOld ? [{ kind, path: file, bytes: stat.size, ...more }] : [];
  }

  #recordFiles(): string[] {
    return this.#names('runs').flatMap((fingerprint) =>
      this.#names('runs', fingerprint)
        .filter((name) => resultIdOfFile(name) !== undefined)
        .map((name) => this.#at('runs', fingerprint, name)),
    );
  }

  #isKept(name: string): boolean {
    return this.#kept.names.has(name);
  }

  #names(...parts: string[]): string[] {
    return namesIfThere(this.#at(...parts));
  }

  #at(...parts: string[]): string {
    return path.join(this.#folder, ...parts);
  }
}

/** `objects-ab-cdef...` or `runs-<fingerprint>-<result>.json`. */
function nameOfQuarantined(file: string): string | undefined {
  const [, first, rest] = /^objects-([0-9a-f]{2})-([0-9a-f]{62})$/.exec(file) ?? [];
  if (first !== undefined && rest !== undefined) return first + rest;
  return /^runs-([0-9a-f]{64})-[0-9a-f]{64}\.json$/.exec(file)?.[1];
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
