/** Compares data with its pointer file. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { DataPointer } from '../../formats/data-pointer.ts';
import type { Store } from '../store/store.ts';
import type { TreeEntry } from '../store/tree.ts';
import type { DataProject } from './data-project.ts';
import { compareVersions, type ComparedVersion, type VersionDifference } from './differences.ts';
import { readPointer } from './pointer.ts';
import { placeOfEntry, presentData, versionEntries } from './version-entries.ts';

export type DataStatus =
  | { readonly kind: 'same'; readonly pointer: DataPointer }
  /** `difference`: undefined if the store lacks the list of the version. */
  | { readonly kind: 'changed'; readonly pointer: DataPointer; readonly difference: VersionDifference | undefined }
  /** The pointer file is here, and its data is not. */
  | { readonly kind: 'absent'; readonly pointer: DataPointer; readonly inStore: boolean }
  | { readonly kind: 'conflict'; readonly ours: DataPointer; readonly theirs: DataPointer }
  | { readonly kind: 'not-added' };

/** @param target absolute */
export async function dataStatus(project: DataProject, target: string): Promise<DataStatus> {
  const read = readPointer(target);
  if (read.kind === 'absent') return { kind: 'not-added' };
  if (read.kind === 'conflict') return read;
  const { pointer } = read;
  const present = await presentData(project, target);
  if (present === undefined)
    return { kind: 'absent', pointer, inStore: versionEntries(project.store, pointer) !== undefined };
  if (present.content.digest === pointer.digest && isSameKind(present.content.kind, pointer.kind))
    return { kind: 'same', pointer };
  const before = storedVersion(project.store, pointer);
  const after = workspaceVersion(target, present.entries);
  return { kind: 'changed', pointer, difference: before && compareVersions(before, after, path.basename(target)) };
}

const isSameKind = (now: DataPointer['kind'], then: DataPointer['kind']): boolean => now === then;

/** Undefined: the store lacks the list. */
export function storedVersion(store: Store, pointer: DataPointer): ComparedVersion | undefined {
  const entries = versionEntries(store, pointer);
  const read = ({ digest }: TreeEntry): string | undefined => (digest === '' ? undefined : store.text(digest));
  return entries && { entries, read };
}

export function workspaceVersion(target: string, entries: readonly TreeEntry[]): ComparedVersion {
  return { entries, read: ({ name }) => readFileSync(placeOfEntry(target, name), 'utf8') };
}
