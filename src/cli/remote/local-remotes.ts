/** Remotes of one user, in a file that git ignores. They win over those of the settings. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { refuse } from '../refusal.ts';
import { readRemotes, type Remotes } from './read-remotes.ts';

const NAME = '.pipelinerc.local.json';

export const localFile = (root: string): string => path.join(root, NAME);

/** Throws a Refusal for a file that cannot be read. */
export function localRemotes(root: string): Remotes {
  let text: string;
  try {
    text = readFileSync(localFile(root), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  let value: unknown;
  try {
    value = (JSON.parse(text) as { readonly remotes?: unknown } | null)?.remotes ?? {};
  } catch (error) {
    throw refuse('invalid-settings', `${NAME} is not JSON: ${(error as Error).message}`);
  }
  const remotes = readRemotes(value, root);
  if (typeof remotes === 'string') throw refuse('invalid-setting', `${NAME}: remotes: expected ${remotes}`);
  return remotes;
}
