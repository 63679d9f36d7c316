/**
 * The folder with the partial results of an unfinished execution. It outlives the attempt, but it must not outlive its
 * inputs. An input that was edited while the stage ran and then restored has the same fingerprint again. While a stage
 * runs, the folder therefore holds the state of the inputs at its start.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { writeScratch } from '../../util/atomic-file.ts';
import { namesIfThere } from '../../util/if-there.ts';
import { removeTree } from '../../util/remove-tree.ts';
import type { InstanceId } from '../../formats/identity.ts';
import type { InputVersions } from '../executions.ts';

/** There while a stage works in the folder, and after its runner was killed. */
const INPUTS = '.inputs';
/** The number of resumes. It is kept here so that it lives exactly as long as the checkpoint. */
const RESUMES = '.resumes';
/** The instance that saved it. */
const INSTANCE = '.instance';

export interface Checkpoint {
  /** Something was saved by an earlier attempt. */
  readonly resumed: boolean;
  /** This attempt included. */
  readonly resumes: number;
  /** The checkpoint may come from other inputs, and was removed. */
  readonly discarded: boolean;
}

/** Called before each attempt. */
export function openCheckpoint(folder: string, id: InstanceId, inputs: InputVersions): Checkpoint {
  const state = JSON.stringify([...inputs]);
  const then = read(folder, INPUTS);
  const discarded = isSaved(folder) && then !== undefined && then !== state;
  if (discarded || !isFolder(folder)) removeTree(folder);
  mkdirSync(folder, { recursive: true });
  writeScratch(path.join(folder, INPUTS), state);
  writeScratch(path.join(folder, INSTANCE), id);

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
  if (!isSaved(folder)) removeTree(folder);
}

/**
 * Checkpoints of an instance that its present parameters, code or data leave behind: absolute paths.
 * @param now the folder that it continues from, or would
 */
export function otherCheckpoints(now: string, id: InstanceId): string[] {
  const parent = path.dirname(now);
  return namesIfThere(parent)
    .map((name) => path.join(parent, name))
    .filter((folder) => folder !== now && read(folder, INSTANCE) === id && isSaved(folder));
}

/** The stage may have removed the folder, or put a file in its place. */
const isFolder = (place: string): boolean => statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false;

const isSaved = (folder: string): boolean =>
  isFolder(folder) && readdirSync(folder).some((name) => ![INPUTS, RESUMES, INSTANCE].includes(name));

function read(folder: string, name: string): string | undefined {
  try {
    return readFileSync(path.join(folder, name), 'utf8');
  } catch {
    return undefined;
  }
}
