/** The store by itself, for commands that maintain it without planning or running. */
import { openDigestCache } from './digest-cache.ts';
import { LocalStore } from './local-store.ts';
import { makeStateFolder } from './state-file.ts';
import type { Store } from './store.ts';

/** Damage is found and left in place. @param folder absolute; made if it is not there */
export function openStore(folder: string): Store {
  return new LocalStore(folder, openDigestCache(folder, makeStateFolder(folder)), { quarantines: false });
}
