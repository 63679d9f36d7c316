/** The inputs of an instance that lie in the workspace, where somebody may edit them at any time. */
import path from 'node:path';
import type { Instance } from '../pipeline.ts';
import type { Contents } from '../store/content.ts';
import type { Tree } from '../store/tree.ts';

/** Paths and patterns whose files are no longer what they were when this command digested them. */
export async function changedInputs(instance: Instance, root: string, contents: Contents): Promise<string[]> {
  const changed: string[] = [];
  for (const input of Object.values(instance.inputs)) {
    if (input.kind === 'path' && (await contents.changed(path.resolve(root, input.path)))) changed.push(input.path);
    if (input.kind === 'glob' && (await contents.globChanged(root, input.pattern))) changed.push(input.pattern);
  }
  return changed;
}

/** Which files each input folder holds: kept with a result, so that a later `why` can name the one that changed. */
export async function inputTrees(instance: Instance, root: string, contents: Contents): Promise<Tree[]> {
  const trees: Tree[] = [];
  for (const input of Object.values(instance.inputs)) {
    if (input.kind !== 'path' && input.kind !== 'glob') continue;
    const content = input.kind === 'path' ? await contents.of(path.resolve(root, input.path)) : await contents.ofGlob(root, input.pattern);
    if (content?.kind === 'folder') trees.push(content.tree());
  }
  return trees;
}
