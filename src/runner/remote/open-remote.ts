/** A remote with its index, ready for a command. */
import type { Digest } from '../../util/digest.ts';
import { readMarks } from './marks.ts';
import { openStorage, type RemoteSettings } from './open-storage.ts';
import { RemoteError } from './remote-error.ts';
import { RemoteIndex } from './remote-index.ts';
import { damagedPacks, indexCache, notesFolder } from './remote-notes.ts';
import type { RemoteStorage } from './storage.ts';

export interface Remote {
  readonly storage: RemoteStorage;
  readonly index: RemoteIndex;
  /** Absolute path of the folder in the store with the notes about it. */
  readonly notes: string;
}

const MARKER = 'format';
const FORMAT = '{ "type": "pretext-remote", "format": 1 }\n';

/** Throws RemoteError. Closes the remote after the work. */
export async function withRemote<T>(
  settings: RemoteSettings,
  options: Parameters<typeof openStorage>[1] & { readonly storeFolder: string; readonly writes: boolean },
  work: (remote: Remote) => Promise<T>,
): Promise<T> {
  if (options.writes && settings.readOnly === true)
    throw new RemoteError(`${settings.url} is read-only by the settings`, {
      remedy: 'Push from where writing is allowed.',
    });
  const storage = await openStorage(settings, options);
  try {
    await requireFormat(storage, settings.url, options.writes);
    const notes = notesFolder(options.storeFolder, settings.url);
    return await work({ storage, notes, index: await RemoteIndex.read(storage, indexCache(notes)) });
  } finally {
    await storage.close();
  }
}

/** The first push makes the remote. A place that holds other things stays as it is. */
async function requireFormat(storage: RemoteStorage, url: string, writes: boolean): Promise<void> {
  const found = (await storage.get(MARKER))?.toString();
  if (found === FORMAT) return;
  if (found !== undefined)
    throw new RemoteError(`${url} is no remote that this version knows`, {
      remedy: 'Another folder or prefix will do.',
    });
  if (writes) await storage.put(MARKER, Buffer.from(FORMAT));
}

/** Packs that a push does not rely on. */
export async function unusablePacks({
  storage,
  notes,
}: Remote): Promise<{ readonly damaged: ReadonlySet<Digest>; readonly marked: ReadonlySet<Digest> }> {
  const marks = await readMarks(storage);
  return { damaged: new Set(damagedPacks(notes)), marked: new Set(marks.flatMap(({ packs }) => packs)) };
}
