/** Files as they were in a commit. */
import path from 'node:path';
import { execa } from 'execa';
import { refuse } from '../refusal.ts';
import { at } from '../../util/known.ts';

export interface Revision {
  /** As it was typed. */
  readonly name: string;
  /** The text of a file by its absolute path; undefined if the commit does not hold it. */
  read(file: string): Promise<string | undefined>;
}

/**
 * @param folder any folder of the repository. Throws a Refusal without git, without a repository, or for an unknown
 * commit.
 */
export async function openRevision(folder: string, name: string): Promise<Revision> {
  const top = await git(folder, ['rev-parse', '--show-toplevel']);
  if (top.missing)
    throw refuse('no-git', 'git was not found, and revisions can be compared only with it', {
      remedy: 'Install git, or add it to PATH.',
    });
  if (top.text === undefined)
    throw refuse('no-repository', `git finds no repository here: ${top.fault}`, {
      remedy: 'Run it in a project under version control.',
    });
  const commit = (
    await git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
  ).text?.trim();
  if (commit === undefined)
    throw refuse('unknown-revision', `git knows no commit ${name}`, {
      remedy: 'Name a branch, a tag or a commit: git log --oneline lists some.',
    });
  // Not --show-toplevel: its path is resolved, but `folder` may lead through a link.
  const prefix = (await git(folder, ['rev-parse', '--show-prefix'])).text?.replace(/\n$/, '') ?? '';
  return {
    name,
    async read(file) {
      const inRepository = path.posix.join(prefix, path.relative(folder, file).split(path.sep).join('/'));
      return (await git(folder, ['cat-file', 'blob', `${commit}:${inRepository}`])).text;
    },
  };
}

interface Answer {
  /** Undefined: it failed. */
  readonly text: string | undefined;
  readonly fault: string;
  readonly missing: boolean;
}

async function git(folder: string, words: readonly string[]): Promise<Answer> {
  const { exitCode, stdout, stderr, code } = await execa('git', words, {
    cwd: folder,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 1 << 30,
  });
  return {
    text: exitCode === 0 ? stdout : undefined,
    fault: at(stderr.trim().split('\n', 1), 0),
    missing: code === 'ENOENT',
  };
}
