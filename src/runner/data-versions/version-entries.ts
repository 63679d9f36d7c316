/** The files of a version in the store, and those of a folder now. */
import path from 'node:path';
import type { DataPointer } from '../../formats/data-pointer.ts';
import type { Content } from '../store/content.ts';
import type { Store } from '../store/store.ts';
import { isInsideName, parseTree, type TreeEntry } from '../store/tree.ts';
import { DataError } from './data-error.ts';
import type { DataProject } from './data-project.ts';

type Version = Pick<DataPointer, 'kind' | 'digest' | 'bytes'>;

/** A single file is one entry with an empty name. Undefined: the store lacks the list of the version. */
export function versionEntries(store: Store, { kind, digest, bytes }: Version): readonly TreeEntry[] | undefined {
  if (kind !== 'folder') return [{ name: '', kind, bytes, digest }];
  const text = store.text(digest);
  if (text === undefined) return undefined;
  const entries = parseTree(text);
  const outside = entries.find(({ name }) => !isInsideName(name));
  if (outside) throw new DataError(`the version names a file outside of its folder: ${JSON.stringify(outside.name)}`);
  return entries;
}

export interface PresentData {
  readonly content: Content;
  readonly entries: readonly TreeEntry[];
}

/** Undefined: there is nothing. Throws UnreadableInputError. */
export async function presentData({ contents }: DataProject, target: string): Promise<PresentData | undefined> {
  const content = await contents.of(target);
  if (content === undefined) return undefined;
  const { kind, digest, bytes } = content;
  return {
    content,
    entries: kind === 'folder' ? (contents.entries(digest) ?? []) : [{ name: '', kind, bytes, digest }],
  };
}

/** Absolute path of an entry. */
export const placeOfEntry = (target: string, name: string): string => (name === '' ? target : path.join(target, name));
