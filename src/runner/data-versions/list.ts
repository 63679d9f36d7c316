/** All known versions of data: those of git's history, and those that the store remembers. */
import type { DataPointer } from '../../formats/data-pointer.ts';
import { byCodeUnit } from '../../util/canonical-json.ts';
import type { DataProject } from './data-project.ts';
import { committedVersions } from './pointer-history.ts';
import { readPointer } from './pointer.ts';
import { versionEntries } from './version-entries.ts';
import { notedVersions } from './version-notes.ts';

export interface ListedVersion {
  readonly pointer: DataPointer;
  /** The pointer file names it. */
  readonly current: boolean;
  /** The store holds it, as far as can be told without reading. */
  readonly inStore: boolean;
  /** The newest commit with this version. */
  readonly commit?: { readonly hash: string; readonly subject: string };
}

/** The newest first. */
export async function listVersions(project: DataProject, target: string): Promise<ListedVersion[]> {
  const read = readPointer(target);
  const current = read.kind === 'pointer' ? read.pointer : undefined;
  const committed = await committedVersions(target);
  const commits = new Map(committed.map((version) => [version.pointer.digest, version] as const));
  const pointers = new Map<string, DataPointer>();
  for (const pointer of [
    ...(current ? [current] : []),
    ...committed.map((version) => version.pointer),
    ...notedVersions(project.storeFolder, target),
  ])
    if (!pointers.has(pointer.digest)) pointers.set(pointer.digest, pointer);
  return [...pointers.values()]
    .sort((a, b) => byCodeUnit(b.added, a.added))
    .map((pointer) => {
      const commit = commits.get(pointer.digest);
      return {
        pointer,
        current: pointer.digest === current?.digest,
        inStore: isInStore(project, pointer),
        ...(commit && { commit: { hash: commit.commit, subject: commit.subject } }),
      };
    });
}

function isInStore({ store }: DataProject, pointer: DataPointer): boolean {
  const entries = versionEntries(store, pointer);
  return entries?.every(({ digest, bytes }) => digest === '' || store.look(digest, bytes) === 'intact') ?? false;
}
