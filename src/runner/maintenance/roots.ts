/**
 * The roots of garbage collection: everything that any lockfile or pointer file of data names, here or in the history
 * of the project, and every version of data that was ever added.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { LOCKFILE_ENDING } from '../config/lock-file.ts';
import { noteTexts } from '../data-versions/version-notes.ts';
import { parseLockfile } from '../lockfile/lockfile.ts';
import { POINTER_ENDING } from '../store/pointer-file.ts';
import { digestsIn } from '../../util/digests-in.ts';
import { repositoryAt } from './git.ts';
import { at } from '../../util/known.ts';

export interface GarbageRoots {
  /** Fingerprints and digests. */
  readonly names: ReadonlySet<string>;
  /** Absolute paths of the lockfiles that were read on disk. */
  readonly lockFiles: readonly string[];
  /** The number of searched commits; undefined: no folder is under version control by git. */
  readonly commits: number | undefined;
  /** Lockfiles that cannot be read. Only the digests that are still in their texts are known. */
  readonly unreadable: readonly UnreadableLockfile[];
}

export interface UnreadableLockfile {
  /** An absolute path, or one relative to the repository of the commit. */
  readonly file: string;
  readonly commit?: string;
}

/**
 * All paths are absolute. Throws GitError.
 * @param known lockfiles of the projects that use the store; they and the other lockfiles in their folders are read
 * @param except the store, whose notes of data are read; it is not searched
 * @param rewritten texts that lockfiles on disk are about to get, by absolute path
 */
export async function findGarbageRoots(
  known: readonly string[],
  except: string,
  rewritten: ReadonlyMap<string, string> = new Map(),
): Promise<GarbageRoots> {
  const names = new Set<string>();
  const unreadable: UnreadableLockfile[] = [];
  const take = (text: string, from?: UnreadableLockfile) => {
    for (const name of digestsIn(text)) names.add(name);
    if (from && looksLikeLockfile(from.file, text) && !parseLockfile(from.file, text).ok) unreadable.push(from);
  };
  const folders = [...new Set(known.map((file) => path.dirname(file)))];
  const places = new Set(folders);
  const seen = new Set<string>();
  let commits: number | undefined;
  for (const folder of folders) {
    const repository = repositoryAt(folder);
    if (!repository) continue;
    const worktrees = await repository.worktrees();
    for (const worktree of worktrees) places.add(worktree);
    if (seen.has(at(worktrees, 0))) continue; // two projects in one repository
    seen.add(at(worktrees, 0));
    const found = await repository.textsInCommits([LOCKFILE_ENDING, POINTER_ENDING]);
    for (const { text, ...from } of found.texts) take(text, from);
    commits = (commits ?? 0) + found.commits;
  }
  const found = [...places].flatMap((place) => filesBelow(place, except));
  const lockFiles = [
    ...new Set([
      ...known.filter((file) => existsSync(file)),
      ...found.filter((file) => file.endsWith(LOCKFILE_ENDING)),
    ]),
  ];
  const pointers = found.filter((file) => file.endsWith(POINTER_ENDING));
  for (const file of [...lockFiles, ...pointers]) take(rewritten.get(file) ?? readFileSync(file, 'utf8'), { file });
  for (const text of noteTexts(except)) take(text);
  return { names, lockFiles, commits, unreadable };
}

/** Other programs have files with this ending too: `package.lock.json`. */
const looksLikeLockfile = (file: string, text: string): boolean =>
  path.basename(file) === `pipeline${LOCKFILE_ENDING}` ||
  (file.endsWith(LOCKFILE_ENDING) && text.includes('"fingerprint"'));

/**
 * Lockfiles and pointer files. A worktree may be on a disk that is not mounted. git still knows its commit, which was
 * searched.
 */
function filesBelow(folder: string, except: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.isFile())
      return [LOCKFILE_ENDING, POINTER_ENDING].some((ending) => entry.name.endsWith(ending)) ? [place] : [];
    return entry.isDirectory() && entry.name !== 'node_modules' && entry.name !== '.git' && place !== except
      ? filesBelow(place, except)
      : [];
  });
}
