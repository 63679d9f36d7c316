/** `pipeline engine remove tensorflow`. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { removeLeftovers, workFolder } from './leftovers.ts';
import { folderOf } from './place.ts';

/**
 * Removes every added TensorFlow, and returns the folders that are gone. Each loses its name first: one whose removal
 * is interrupted is not taken for an engine.
 */
export async function removeTensorflow(): Promise<string[]> {
  const folders = [true, false].map(folderOf).filter((folder) => existsSync(folder));
  for (const folder of folders) {
    const doomed = workFolder('removing');
    await rename(folder, doomed);
    await rm(doomed, { recursive: true });
  }
  await removeLeftovers();
  return folders;
}
