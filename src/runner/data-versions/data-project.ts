/** The parts of a project that versions of data need. */
import path from 'node:path';
import { lockFileOf } from '../config/lock-file.ts';
import type { Pipeline } from '../pipeline.ts';
import { openDigestCache, type DigestCache } from '../store/digest-cache.ts';
import { LocalStore } from '../store/local-store.ts';
import { makeStateFolder } from '../store/state-file.ts';
import type { Store } from '../store/store.ts';
import { committedFolder } from '../transfer/committed-outputs.ts';

export interface DataProject {
  /** Absolute, as `storeFolder`. */
  readonly root: string;
  readonly storeFolder: string;
  readonly store: Store;
  readonly contents: DigestCache;
}

/** The digests that `run` remembers serve here too, and the other way round. */
export function openDataProject({ root, file }: Pick<Pipeline, 'root' | 'file'>, storeFolder: string): DataProject {
  const lockFile = lockFileOf(file);
  const stateFolder = makeStateFolder(storeFolder);
  const contents = openDigestCache(root, stateFolder, [storeFolder, lockFile, committedFolder(lockFile)]);
  return { root, storeFolder, contents, store: new LocalStore(storeFolder, contents, { quarantines: false }) };
}

/** With `/`, as in messages, notes and pipeline files. */
export function shownInRoot({ root }: Pick<DataProject, 'root'>, file: string): string {
  return path.relative(root, file).split(path.sep).join('/');
}
