/** `pipeline engine remove`. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { removeLeftovers, workFolder } from './leftovers.ts';

/**
 * Removes the folders of engines that are there, and returns them. Each loses its name first: an engine whose removal is
 * interrupted is not taken for one.
 */
export async function removeEngineFolders(folders: readonly string[]): Promise<string[]> {
  const there = folders.filter((folder) => existsSync(folder));
  for (const folder of there) {
    const doomed = workFolder('removing');
    await rename(folder, doomed);
    await rm(doomed, { recursive: true });
  }
  await removeLeftovers();
  return there;
}
