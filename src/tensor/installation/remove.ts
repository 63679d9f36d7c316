/** `pipeline engine remove`. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { removeLeftovers, workFolder } from './leftovers.ts';
import type { AddedEngine } from './part.ts';

/**
 * Removes the folders of an engine that are there, and returns them. Each loses its name first: an engine whose removal
 * is interrupted is not taken for one.
 */
export async function removeEngineFolders(engine: AddedEngine, folders: readonly string[]): Promise<string[]> {
  const there = folders.filter((folder) => existsSync(folder));
  for (const folder of there) {
    const doomed = workFolder('removing', engine);
    await rename(folder, doomed);
    await rm(doomed, { recursive: true });
  }
  await removeLeftovers();
  return there;
}
