/** Shared parts of the commands that maintain the store without planning. */
import path from 'node:path';
import { lockFileOf } from '../runner/config/lock-file.ts';
import { openLockfile, type Lockfile } from '../runner/lockfile/lockfile.ts';
import { openStore } from '../runner/store/open-store.ts';
import type { Store } from '../runner/store/store.ts';
import { progressLine } from './progress-line.ts';
import { Refusal } from './refusal.ts';
import type { Stream } from './terminal.ts';
import { bytes } from './text/bytes.ts';
import { duration } from './text/duration.ts';
import type { Project } from './project.ts';

/** Throws a Refusal if the lockfile cannot be read. */
export function openStoreAndLockfile({ pipeline, storeFolder }: Project): {
  readonly store: Store;
  readonly lock: Lockfile;
} {
  const lock = openLockfile(lockFileOf(pipeline.file), path.join(storeFolder, 'drafts'));
  if (!lock.ok) throw new Refusal([lock.error]);
  return { store: openStore(storeFolder), lock: lock.value };
}

/** `Exporting: 1.2 GiB of 8.0 GiB  eta 12s` */
export function transferLine(
  verb: string,
  stream: Stream,
): { readonly show: (done: number, of: number) => void; readonly clear: () => void } {
  const line = progressLine(stream, Date.now);
  const began = Date.now();
  return {
    show: (done, of) => {
      line.show(
        () =>
          `${verb}: ${bytes(done)} of ${bytes(of)}${done === 0 ? '' : `  eta ${duration((((Date.now() - began) / 1000) * (of - done)) / done)}`}`,
      );
    },
    clear: () => {
      line.clear();
    },
  };
}
