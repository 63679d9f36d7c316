/** Keeps data out of git, as its pointer file stands for it there. */
import path from 'node:path';
import { execa } from 'execa';
import { appendMissingLines } from '../init/append-lines.ts';

/**
 * A sentence about the finding; undefined if there is nothing to say. @param show names a path for the user
 */
export async function ignoreInGit(target: string, show: (absolute: string) => string): Promise<string | undefined> {
  const [cwd, name] = [path.dirname(target), path.basename(target)];
  const git = async (...words: string[]): Promise<number | undefined> =>
    (await execa('git', words, { cwd, reject: false })).exitCode;
  if ((await git('rev-parse', '--is-inside-work-tree')) !== 0) return undefined;
  if ((await git('ls-files', '--error-unmatch', '--', name)) === 0)
    return `git tracks ${name} too; to keep it out of git: git rm -r --cached ${name}`;
  if ((await git('check-ignore', '-q', '--', name)) === 0) return undefined;
  const [added] = await appendMissingLines(path.join(cwd, '.gitignore'), [`/${escaped(name)}`]);
  return added === undefined ? undefined : `added ${added} to ${show(path.join(cwd, '.gitignore'))}`;
}

/** gitignore patterns: `*`, `?`, `[` and a blank at the end mean themselves after `\`. */
const escaped = (name: string): string => name.replaceAll(/[\\*?[\]]/g, '\\$&').replace(/ $/, '\\ ');
