/** Compares and copies the checkpoints of starts. */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { digestOf } from '../../util/digest.ts';
import { removeTree } from '../../util/remove-tree.ts';
import { isSystemError } from '../../util/system-error.ts';

/** The files of the runner itself in a checkpoint folder begin with a dot, see transfer/checkpoint.ts. */
const isOwn = (name: string): boolean => name === '.inputs' || name === '.resumes';

/** Changes with every save. Empty if nothing was saved. */
export function checkpointState(folder: string): string {
  const files = filesBelow(folder, '').sort();
  return files.length === 0 ? '' : digestOf(files.join('\n'));
}

function filesBelow(folder: string, prefix: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(prefix, entry.name);
    if (entry.isDirectory()) return filesBelow(path.join(folder, entry.name), name);
    const stat = statSync(path.join(folder, entry.name), { throwIfNoEntry: false });
    return stat === undefined || isOwn(name) ? [] : [`${name} ${stat.size} ${stat.mtimeMs}`];
  });
}

/** More often, a checkpoint does not change while it is copied. */
const MOST_COPIES = 10;

/**
 * Copies a checkpoint. The process that writes it may live on at a node that Slurm has lost, so the copy is made again
 * if the original changed meanwhile.
 */
export function copyCheckpoint(from: string, to: string): void {
  for (let copy = 1; ; copy++) {
    const before = checkpointState(from);
    const isWhole = copied(from, to);
    if (copy === MOST_COPIES || (isWhole && checkpointState(from) === before)) return;
  }
}

/** False if a file was replaced in the middle of the copy. */
function copied(from: string, to: string): boolean {
  removeTree(to);
  mkdirSync(to, { recursive: true });
  try {
    if (existsSync(from)) cpSync(from, to, { recursive: true, preserveTimestamps: true });
    return true;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw error;
  }
}
