/**
 * A stage may use `mv` instead of `cp` and move the user's input to its output. The sandbox is about to be removed.
 * Inputs that are missing in the workspace and found in an output are therefore moved back first.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, statSync } from 'node:fs';
import path from 'node:path';
import type { FingerprintRecord } from '../../formats/identity.ts';
import type { Sandbox } from '../executions.ts';
import type { Instance } from '../pipeline.ts';
import type { Content } from '../store/content.ts';
import type { DigestCache } from '../store/digest-cache.ts';
import { UnreadableInputError } from '../store/listing.ts';
import { field } from '../../util/known.ts';

/**
 * Called before a private folder is removed without its outputs having been taken. Only the very same file is moved
 * back.
 */
export async function restoreMovedInputs(
  instance: Instance,
  { outputs }: Sandbox,
  identity: FingerprintRecord,
  root: string,
  contents: DigestCache,
): Promise<void> {
  for (const [name, input] of Object.entries(instance.inputs)) {
    const then = field(identity.inputs, name);
    if (input.kind !== 'path' || !('digest' in then)) continue;
    const place = path.resolve(root, input.path);
    if (!isTaken(place)) continue;
    for (const output of Object.values(outputs)) {
      const content = await contentOf(output, contents);
      if (content?.digest !== then.digest || content.kind !== then.kind) continue;
      move(output, place);
      contents.forget(place);
      break;
    }
  }
}

/** Gone, or an empty folder. */
function isTaken(place: string): boolean {
  const stat = statSync(place, { throwIfNoEntry: false });
  return !stat || (stat.isDirectory() && readdirSync(place).length === 0);
}

async function contentOf(output: string, contents: DigestCache): Promise<Content | undefined> {
  try {
    contents.forget(output);
    return await contents.ofInput('', output);
  } catch (error) {
    if (error instanceof UnreadableInputError) return undefined;
    throw error;
  }
}

function move(from: string, to: string): void {
  mkdirSync(path.dirname(to), { recursive: true });
  if (existsSync(to)) rmdirSync(to);
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    cpSync(from, to, { recursive: true, preserveTimestamps: true });
  }
}
