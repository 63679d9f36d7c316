/** The inputs of an instance that lie in the workspace, where somebody may edit them at any time. */
import path from 'node:path';
import type { FingerprintRecord } from '../fingerprint.ts';
import type { Input, Instance } from '../pipeline.ts';
import type { Content, Contents } from '../store/content.ts';
import { UnreadableInputError } from '../store/listing.ts';
import type { Tree } from '../store/tree.ts';

/** Paths and patterns whose files are no longer what an identity says. Looks again. */
export async function changedInputs(instance: Instance, identity: FingerprintRecord, root: string, contents: Contents): Promise<string[]> {
  const changed: string[] = [];
  for (const [name, input] of Object.entries(instance.inputs)) {
    if (input.kind !== 'path' && input.kind !== 'glob') continue;
    const before = identity.inputs[name]!;
    const digest = 'digest' in before ? before.digest : undefined;
    if (input.kind === 'path') contents.forget(path.resolve(root, input.path));
    else contents.forgetGlob(input.pattern);
    const now = await readable(contentOf(input, root, contents));
    if ((now?.kind ?? 'none') !== before.kind || now?.digest !== digest) changed.push(input.kind === 'path' ? input.path : input.pattern);
  }
  return changed;
}

/** An input that turned into something without content has changed, whatever it is now. */
async function readable(content: Promise<Content | undefined>): Promise<Pick<Content, 'digest' | 'kind'> | { kind: 'unreadable'; digest: undefined } | undefined> {
  try {
    return await content;
  } catch (error) {
    if (error instanceof UnreadableInputError) return { kind: 'unreadable', digest: undefined };
    throw error;
  }
}

/** Which files each input folder holds: kept with a result, so that a later `why` can name the one that changed. */
export async function inputTrees(instance: Instance, root: string, contents: Contents): Promise<Tree[]> {
  const trees: Tree[] = [];
  for (const input of Object.values(instance.inputs)) {
    if (input.kind !== 'path' && input.kind !== 'glob') continue;
    const content = await contentOf(input, root, contents);
    if (content?.kind === 'folder') trees.push(content.tree());
  }
  return trees;
}

function contentOf(input: Extract<Input, { kind: 'path' | 'glob' }>, root: string, contents: Contents): Promise<Content | undefined> {
  return input.kind === 'path' ? contents.of(path.resolve(root, input.path)) : contents.ofGlob(root, input.pattern);
}
