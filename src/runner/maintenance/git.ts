/** The lockfiles in git: those of every branch, tag, stash and worktree. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';

/** One repository, asked from one of its folders. */
export interface Repository {
  /** Absolute paths of all its working trees; some may be gone or out of reach. */
  worktrees(): Promise<string[]>;
  /** The different texts of files with one of these endings in all commits that a name points to. */
  textsInCommits(
    endings: readonly string[],
  ): Promise<{ readonly texts: readonly CommittedText[]; readonly commits: number }>;
}

export interface CommittedText {
  /** Relative to the repository. */
  readonly file: string;
  readonly commit: string;
  readonly text: string;
}

/** Git fails, or it is missing and should exist. Its branches are unknown, so they must not be ignored. */
export class GitError extends Error {
  constructor(folder: string, reason: string) {
    super(`git cannot read the branches of ${folder}: ${reason}`);
    this.name = 'GitError';
  }
}

/** Undefined if the folder is in no repository. The methods of the result throw GitError. */
export function repositoryAt(folder: string): Repository | undefined {
  if (!isInRepository(folder)) return undefined;
  const lines = async (...words: string[]) => (await git(folder, words)).stdout.split('\n').filter(Boolean);

  const trees = async () => {
    const fields = await lines('worktree', 'list', '--porcelain');
    const named = (key: string) =>
      fields.flatMap((line) => (line.startsWith(`${key} `) ? [line.slice(key.length + 1)] : []));
    return { folders: named('worktree'), heads: named('HEAD').filter((head) => !/^0+$/.test(head)) };
  };

  return {
    worktrees: async () => (await trees()).folders,

    async textsInCommits(endings) {
      // A tag's object leads to its commit; an object without a commit (a tagged file) has no lockfiles.
      const refs = await lines('for-each-ref', '--format=%(objectname) %(objecttype) %(*objectname) %(*objecttype)');
      const named = refs.flatMap((line) => {
        const [name = '', type, peeled = '', peeledType] = line.split(' ');
        return type === 'commit' ? [name] : peeledType === 'commit' ? [peeled] : [];
      });
      const stashes = await lines('stash', 'list', '--format=%H');
      const commits = [...new Set([...named, ...stashes, ...(await trees()).heads])];
      const blobs = new Map<string, Omit<CommittedText, 'text'>>();
      for (const commit of commits) {
        const { stdout } = await git(folder, ['ls-tree', '-r', '-z', '--full-tree', commit]);
        for (const entry of stdout.split('\0')) {
          const [, blob = '', file = ''] = /^\d+ blob ([0-9a-f]+)\t([^]*)$/.exec(entry) ?? [];
          if (endings.some((ending) => file.endsWith(ending))) blobs.set(blob, { file, commit });
        }
      }
      const texts: CommittedText[] = [];
      for (const [blob, found] of blobs)
        texts.push({ ...found, text: (await git(folder, ['cat-file', 'blob', blob])).stdout });
      return { texts, commits: commits.length };
    },
  };
}

function isInRepository(folder: string): boolean {
  for (let at = folder; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, '.git'))) return true;
    if (path.dirname(at) === at) return false;
  }
}

/** The variables that git sets for its hooks would lead away from the folder. */
async function git(folder: string, words: readonly string[]) {
  const environment = Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => name.startsWith('GIT_'))
      .map((name) => [name, undefined]),
  );
  const answer = await execa('git', words, {
    cwd: folder,
    reject: false,
    env: { ...environment, GIT_OPTIONAL_LOCKS: '0' },
    stripFinalNewline: false,
    maxBuffer: 1 << 30,
  });
  if (answer.exitCode !== 0)
    throw new GitError(folder, answer.stderr.trim() || (answer.shortMessage ?? 'it ended without a word'));
  return answer;
}
