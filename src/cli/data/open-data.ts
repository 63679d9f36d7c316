/** Opens a project for the commands about data, and reads their words. */
import { statSync } from 'node:fs';
import path from 'node:path';
import { openDataProject, shownInRoot, type DataProject } from '../../runner/data-versions/data-project.ts';
import { findTargets } from '../../runner/data-versions/find-pointers.ts';
import { pointerFileOf, targetOfPointer } from '../../runner/data-versions/pointer.ts';
import { isPointerFile } from '../../runner/store/pointer-file.ts';
import { openProject, type Project, type ProjectOptions } from '../project.ts';
import { refuse } from '../refusal.ts';
import type { Terminal } from '../terminal.ts';

/** Calls `work`, and remembers the digests that it computed for the next command. */
export async function withData<T>(
  options: ProjectOptions,
  terminal: Terminal,
  work: (data: DataProject, project: Project) => Promise<T>,
): Promise<T> {
  const project = await openProject(options, terminal);
  const data = openDataProject(project.pipeline, project.storeFolder);
  try {
    return await work(data, project);
  } finally {
    await data.contents.save();
  }
}

/** Absolute paths of data that has a pointer file: those that were named, else all. Throws a Refusal. */
export function targetsOf(data: DataProject, words: readonly string[], { folder }: Terminal): string[] {
  if (words.length === 0) return findTargets(data);
  return words.map((word) => {
    const target = targetNamed(word, folder);
    if (!isPointerFile(pointerFileOf(target)))
      throw refuse('no-data-version', `${shownInRoot(data, target)} has no pointer file`, {
        remedy: `pipeline data add ${word} makes its first version.`,
      });
    return target;
  });
}

/** `data/ham10000`, `data/ham10000/` and `data/ham10000.data.json` all mean the folder. */
export function targetNamed(word: string, folder: string): string {
  const file = path.resolve(folder, word);
  return targetOfPointer(file) ?? file;
}

/** Words that name data come apart from the revisions before them. */
export function splitWords(
  words: readonly string[],
  { folder }: Terminal,
): { readonly revisions: readonly string[]; readonly paths: readonly string[] } {
  const isPath = (word: string): boolean =>
    isPointerFile(pointerFileOf(targetNamed(word, folder))) ||
    statSync(path.resolve(folder, word), { throwIfNoEntry: false }) !== undefined;
  const first = words.findIndex(isPath);
  return first < 0 ? { revisions: words, paths: [] } : { revisions: words.slice(0, first), paths: words.slice(first) };
}
