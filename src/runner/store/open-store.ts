/** The store by itself, for commands that look after it and neither plan nor run. */
import { openDigestCache } from './digest-cache.ts';
import { openLocalStore } from './local-store.ts';
import { makeStateFolder } from './state-file.ts';
import type { Store } from './store.ts';

/** @param folder absolute; made if it is not there */
export function openStore(folder: string): Store {
  return openLocalStore(folder, openDigestCache(folder, makeStateFolder(folder)));
}
