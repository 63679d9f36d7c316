/**
 * The present digests of files, folders and globs. Files are read again only if their stat record changed. One instance
 * lives as long as a command: within it, nothing is statted twice unless it is forgotten.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import pLimit from 'p-limit';
import type { Digest } from '../../util/digest.ts';
import { ignoreRules, type Ignored, type IgnoreRules } from '../../util/ignore.ts';
import { openClock } from './clock.ts';
import type { Content } from './content.ts';
import { FileDigests } from './file-digests.ts';
import { FolderDigests } from './folder-digests.ts';
import { globSelection } from './glob.ts';
import { statInput } from './listing.ts';
import { ownFilesOf } from './own-files.ts';
import { privateNames, withoutNames } from './private-folder.ts';
import type { TreeEntry } from './tree.ts';

/**
 * `private`: digests under the user's key stand for the names of a folder's files, in its tree, its state and its
 * identity. No error names a file of it.
 */
export type FileNames = 'named' | 'private';

export interface DigestCache {
  /** A file or folder by its absolute path; undefined if there is none. Throws UnreadableInputError. */
  of(file: string): Promise<Content | undefined>;
  /** The same for an input, relative to the root or absolute: ignored files are no part of it. */
  ofInput(root: string, input: string, names?: FileNames): Promise<Content | undefined>;
  /**
   * The files that match a pattern, without ignored ones, as a folder relative to the pattern's fixed part; undefined
   * without a match.
   */
  ofGlob(root: string, pattern: string): Promise<Content | undefined>;
  /** The files of a folder that was looked at, by its digest. */
  entries(digest: Digest): readonly TreeEntry[] | undefined;
  /** The next question about this path looks at the file again, and reads it if the stat leaves doubt. */
  forget(file: string): void;
  forgetGlob(pattern: string): void;
  /** Writes new digests to the state folder. */
  save(): Promise<void>;
}

const FORMAT = 'contents 1';

/**
 * @param own absolute paths of Pretext's own files and folders, which count as no part of an input
 * @param ignore files that are no part of an input
 */
export function openDigestCache(
  root: string,
  stateFolder: string,
  own: readonly string[] = [],
  ignore: IgnoreRules = ignoreRules(root, []),
): DigestCache {
  const deps = { stateFolder, format: FORMAT, clock: openClock(stateFolder), limit: pLimit(4) };
  const files = new FileDigests(deps);
  const folders = new FolderDigests(deps, ownFilesOf(own));
  const look = lookup(root, files, folders);
  const session = new Map<string, Promise<Content | undefined>>();
  const remembered = (id: string, ask: () => Promise<Content | undefined>) => {
    let answer = session.get(id);
    if (!answer) session.set(id, (answer = ask()));
    return answer;
  };
  return {
    of: (file) => remembered(file, () => look(file)),
    ofInput(from, input, names = 'named') {
      const file = path.resolve(from, input);
      return remembered(`${names} input:${file}`, () => look(file, ignore.within(input), names));
    },
    ofGlob: (from, pattern) => remembered(`glob:${pattern}`, () => lookGlob(from, pattern, folders, ignore)),
    entries: (digest) => folders.entries(digest),
    forget(file) {
      session.delete(file);
      session.delete(`named input:${file}`);
      session.delete(`private input:${file}`);
    },
    forgetGlob: (pattern) => void session.delete(`glob:${pattern}`),
    async save() {
      await folders.save();
      await files.save();
    },
  };
}

type Look = (absolute: string, ignored?: Ignored, names?: FileNames) => Promise<Content | undefined>;

/** Looks at a file or folder. Digests are kept by the path relative to the root. */
function lookup(root: string, files: FileDigests, folders: FolderDigests): Look {
  return async (absolute, ignored, names = 'named') => {
    const time = Date.now();
    const stat = statInput(absolute);
    if (!stat) return undefined;
    const id = path.relative(root, absolute);
    if (!stat.isDirectory()) return files.of(id, absolute, stat, time);
    const folder = { absolute, device: stat.dev, ignored };
    if (names === 'named') return folders.of({ id, ...folder });
    const shownAs = await privateNames();
    try {
      return await folders.of({ id: `private:${id}`, ...folder, shownAs });
    } catch (error) {
      throw withoutNames(absolute, error);
    }
  };
}

async function lookGlob(
  from: string,
  pattern: string,
  folders: FolderDigests,
  ignore: IgnoreRules,
): Promise<Content | undefined> {
  const { base, selection } = globSelection(pattern);
  const absolute = path.resolve(from, base);
  const stat = statSync(absolute, { bigint: true, throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return undefined;
  return folders.of({ id: `glob:${pattern}`, absolute, device: stat.dev, selection, ignored: ignore.within(pattern) });
}
