/** The store by itself, for commands that look after it and neither plan nor run. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { openContents } from './content.ts';
import { openLocalStore } from './local-store.ts';
import type { Store } from './store.ts';

/** @param folder absolute; made if it is not there */
export function openStore(folder: string): Store {
  const stateFolder = path.join(folder, 'state');
  mkdirSync(stateFolder, { recursive: true });
  return openLocalStore(folder, openContents(folder, stateFolder));
}
