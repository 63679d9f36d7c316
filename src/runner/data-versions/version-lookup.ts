/** For `why`: an input that is versioned data changed from one version to another. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { TreeLookup, VersionLookup } from '../plan/compare.ts';
import { isPointerFile } from '../store/pointer-file.ts';
import type { Store } from '../store/store.ts';
import type { TreeEntry } from '../store/tree.ts';
import { changeCounts, compareVersions } from './differences.ts';
import { pointerFileOf } from './pointer.ts';
import { placeOfEntry } from './version-entries.ts';
import { noteOfVersion } from './version-notes.ts';

interface VersionLookupDeps {
  readonly root: string;
  readonly storeFolder: string;
  readonly store: Store;
  readonly trees: TreeLookup;
}

export function versionLookup({ root, storeFolder, store, trees }: VersionLookupDeps): VersionLookup {
  return (input, file, before, after) => {
    const target = path.resolve(root, file);
    if (!isPointerFile(pointerFileOf(target))) return undefined;
    const [old, now] = [noteOfVersion(storeFolder, before.digest), noteOfVersion(storeFolder, after.digest)];
    const [oldEntries, nowEntries] = [entriesOf(before, trees), entriesOf(after, trees)];
    if ((old ?? now) === undefined || !oldEntries || !nowEntries) return undefined;
    const read = (entry: TreeEntry): string | undefined => storedText(store, entry);
    const readNow = (entry: TreeEntry): string | undefined =>
      read(entry) ?? textIfReadable(placeOfEntry(target, entry.name));
    const difference = compareVersions(
      { entries: oldEntries, read },
      { entries: nowEntries, read: readNow },
      path.basename(file),
    );
    return {
      ...{ kind: 'data', input, path: file, before: before.digest, after: after.digest },
      ...(old && { beforeAdded: old.added }),
      ...(now && { afterAdded: now.added }),
      ...changeCounts(difference),
    };
  };
}

function entriesOf(
  { kind, digest }: Parameters<VersionLookup>[2],
  trees: TreeLookup,
): readonly TreeEntry[] | undefined {
  return kind === 'folder' ? trees(digest) : [{ name: '', kind, bytes: 0, digest }];
}

const storedText = (store: Store, { digest }: TreeEntry): string | undefined =>
  digest === '' ? undefined : store.text(digest);

function textIfReadable(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
