/** The digests of single files, kept between commands. A file is read again only if its stat record changed. */
import type { BigIntStats } from 'node:fs';
import path from 'node:path';
import type { LimitFunction } from 'p-limit';
import type { Digest } from '../../util/digest.ts';
import { digestOfFile, digestOfSmallFile, SMALL_FILE_BYTES } from '../../util/digest-file.ts';
import type { Clock } from './clock.ts';
import type { Content, ContentVersion } from './content.ts';
import { isExecutable } from './listing.ts';
import { isSettled, statRecord, type StatRecord } from './stat.ts';
import { readState, writeState } from './state-file.ts';

interface FileFact {
  readonly stat: StatRecord;
  readonly digest: Digest;
}

export interface DigestDeps {
  readonly stateFolder: string;
  /** Of the state file. */
  readonly format: string;
  readonly clock: Clock;
  /** Bounds how many large files are read at once. */
  readonly limit: LimitFunction;
}

export class FileDigests {
  readonly #deps: DigestDeps;
  readonly #stateFile: string;
  readonly #known: Map<string, FileFact>;
  readonly #used = new Set<string>();
  #hasNew = false;

  constructor(deps: DigestDeps) {
    this.#deps = deps;
    this.#stateFile = path.join(deps.stateFolder, 'files');
    this.#known = new Map(readState(this.#stateFile, deps.format) as Iterable<[string, FileFact]> | undefined);
  }

  /** `id`: the name under which the digest is kept. `time`: Date.now() before the stat was taken. */
  async of(id: string, file: string, stat: BigIntStats, time: number): Promise<Content> {
    return {
      kind: isExecutable(stat) ? 'executable' : 'file',
      bytes: Number(stat.size),
      version: () => `${stat.mtimeNs} ${stat.ino}` as ContentVersion,
      digest: await this.#digestOf(id, file, stat, time),
    };
  }

  /** Writes new digests to the state folder. */
  async save(): Promise<void> {
    const { format } = this.#deps;
    if (this.#hasNew) await writeState(this.#stateFile, format, worthKeeping(this.#known, this.#used));
    this.#hasNew = false;
  }

  async #digestOf(id: string, file: string, stat: BigIntStats, time: number): Promise<Digest> {
    const { clock, limit } = this.#deps;
    this.#used.add(id);
    const record = statRecord(stat);
    const fact = this.#known.get(id);
    if (fact?.stat === record) return fact.digest;
    const digest = stat.size <= SMALL_FILE_BYTES ? digestOfSmallFile(file) : await limit(() => digestOfFile(file));
    if (isSettled(stat, clock.at(time, stat.dev, file))) {
      this.#known.set(id, { stat: record, digest });
      this.#hasNew = true;
    }
    return digest;
  }
}

/** If most cached facts belong to files that no command asked for, they are dropped. */
function worthKeeping(known: ReadonlyMap<string, FileFact>, used: ReadonlySet<string>): [string, FileFact][] {
  const all = [...known];
  return all.length > 10_000 + 10 * used.size ? all.filter(([id]) => used.has(id)) : all;
}
