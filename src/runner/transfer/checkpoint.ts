/**
 * The folder with the partial results of an unfinished execution. It outlives the attempt, but it must not outlive its
 * inputs. An input that was edited while the stage ran and then restored has the same fingerprint again. While a stage
 * runs, the folder therefore holds the state of the inputs at its start.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { writeScratch } from '../../util/atomic-file.ts';
import { removeTree } from '../../util/remove-tree.ts';
import type { InputVersions } from '../executions.ts';

/** There while a stage works in the folder, and after its runner was killed. */
const INPUTS = '.inputs';
/** The number of resumes. It is kept here so that it lives exactly as long as the checkpoint. */
const RESUMES = '.resumes';

export interface Checkpoint {
  /** Something was saved by an earlier attempt. */
  readonly resumed: boolean;
  /** This attempt included. */
  readonly resumes: number;
  /** The checkpoint may come from other inputs, and was removed. */
  readonly discarded: boolean;
}

/** Called before each attempt. */
export function openCheckpoint(folder: string, inputs: InputVersions): Checkpoint {
  const state = JSON.stringify([...inputs]);
  const then = read(folder, INPUTS);
  const discarded = isSaved(folder) && then !== undefined && then !== state;
  if (discarded || !isFolder(folder)) removeTree(folder);
  mkdirSync(folder, { recursive: true });
  writeScratch(path.join(folder, INPUTS), state);

  const resumed = isSaved(folder);
  const resumes = Number(read(folder, RESUMES) ?? 0) + (resumed ? 1 : 0);
  if (resumed) writeScratch(path.join(folder, RESUMES), String(resumes));
  return { resumed, resumes, discarded };
}

/** Called after an attempt that did not succeed. `trusted`: its inputs did not change. */
export function closeCheckpoint(folder: string, trusted: boolean): void {
  if (!trusted || !isFolder(folder)) {
    removeTree(folder);
    return;
  }
  rmSync(path.join(folder, INPUTS), { force: true });
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** The stage may have removed the folder, or put a file in its place. */
const isFolder = (place: string): boolean => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;

const isSaved = (folder: string): boolean =>
  isFolder(folder) && readdirSync(folder).some((name) => name !== INPUTS && name !== RESUMES);

function read(folder: string, name: string): string | undefined {
  try {
    return readFileSync(path.join(folder, name), 'utf8');
  } catch {
    return undefined;
  }
}
