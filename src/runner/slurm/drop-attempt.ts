/** Removes an attempt that nobody will conclude; its newest checkpoint goes back to its place. */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { removeTree } from '../../util/remove-tree.ts';
import { attemptFolder, type Order } from './order-file.ts';
import { checkpointOf, newestStart, startPath } from './starts.ts';

export function dropAttempt({ sandbox }: Order): void {
  returnCheckpoint(sandbox);
  removeTree(sandbox.folder);
}

/** The next attempt begins with the checkpoint of the newest start. */
export function returnCheckpoint({
  folder,
  checkpoint,
}: {
  readonly folder: string;
  readonly checkpoint: string;
}): void {
  const attempt = attemptFolder(folder);
  const newest = newestStart(attempt);
  const saved = checkpointOf(startPath(attempt, newest));
  if (newest === 0 || !existsSync(saved)) return;
  removeTree(checkpoint);
  mkdirSync(path.dirname(checkpoint), { recursive: true });
  renameSync(saved, checkpoint);
}
