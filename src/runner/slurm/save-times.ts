/**
 * How often stages save their checkpoint, and how long they take to end after they were asked to: `slurm/saves/` in the
 * store, one file for each stage, written by its newest start. `pipeline doctor` compares them with the grace.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, writeFileAtomic } from '../../util/atomic-file.ts';
import { namesIfThere } from '../../util/if-there.ts';
import { digestOf } from '../../util/digest.ts';
import { checkpointState } from './checkpoint-state.ts';

export interface SaveTimes {
  readonly stage: string;
  /** The longest time between two saves, in seconds, as one sees it by a look every few seconds. */
  readonly betweenSaves: number;
  /** Seconds from the signal to the end of the stage; absent: it was never asked to end. */
  readonly stop?: number;
}

const folderOf = (storeFolder: string): string => path.join(storeFolder, 'slurm', 'saves');

/** Names of stages may be no names of files. */
const fileOf = (storeFolder: string, stage: string): string =>
  path.join(folderOf(storeFolder), `${digestOf(stage).slice(0, 16)}.json`);

/** Without a stop, the one of an earlier start stays. */
export async function writeSaveTimes(storeFolder: string, times: SaveTimes): Promise<void> {
  makeFolder(folderOf(storeFolder));
  const file = fileOf(storeFolder, times.stage);
  await writeFileAtomic(file, JSON.stringify({ ...read(file), ...times }));
}

export const readSaveTimes = (storeFolder: string): SaveTimes[] =>
  namesIfThere(folderOf(storeFolder))
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'))
    .flatMap((name) => read(path.join(folderOf(storeFolder), name)) ?? []);

function read(file: string): SaveTimes | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as SaveTimes;
  } catch {
    return undefined;
  }
}

/** Watches the checkpoint of one start. */
export class SaveWatch {
  readonly #checkpoint: string;
  #state: string;
  #savedAt = performance.now();
  #longest: number | undefined;
  #askedAt: number | undefined;

  constructor(checkpoint: string) {
    this.#checkpoint = checkpoint;
    this.#state = checkpointState(checkpoint);
  }

  look(): void {
    const state = checkpointState(this.#checkpoint);
    if (state === this.#state) return;
    const now = performance.now();
    this.#longest = Math.max(this.#longest ?? 0, now - this.#savedAt);
    this.#state = state;
    this.#savedAt = now;
  }

  /** The stage was asked to end. */
  asked(): void {
    this.#askedAt ??= performance.now();
  }

  /** The stage has ended. Undefined if it saved nothing. */
  ended(stage: string): SaveTimes | undefined {
    this.look();
    if (this.#longest === undefined) return undefined;
    const stop = this.#askedAt === undefined ? undefined : seconds(performance.now() - this.#askedAt);
    return { stage, betweenSaves: seconds(this.#longest), ...(stop !== undefined && { stop }) };
  }
}

const seconds = (ms: number): number => Math.round(ms / 1000);
