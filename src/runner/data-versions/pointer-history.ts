/** The versions that git knows: every commit of the current branch that changed a pointer file. */
import path from 'node:path';
import { execa } from 'execa';
import type { DataPointer } from '../../formats/data-pointer.ts';
import { parsePointer, pointerFileOf } from './pointer.ts';

export interface CommittedVersion {
  readonly commit: string;
  /** ISO 8601. */
  readonly date: string;
  readonly subject: string;
  readonly pointer: DataPointer;
}

/** The newest first; empty without git or without commits. */
export async function committedVersions(target: string): Promise<CommittedVersion[]> {
  const file = pointerFileOf(target);
  const log = await git(path.dirname(file), ['log', '--format=%H%x00%cI%x00%s', '--', path.basename(file)]);
  const versions: CommittedVersion[] = [];
  for (const line of log?.split('\n').filter(Boolean) ?? []) {
    const [commit = '', date = '', subject = ''] = line.split('\0');
    const text = await git(path.dirname(file), ['cat-file', 'blob', `${commit}:./${path.basename(file)}`]);
    const read = text === undefined ? undefined : readSilently(text, file);
    if (read?.kind === 'pointer') versions.push({ commit, date, subject, pointer: read.pointer });
  }
  return versions;
}

/** The pointer file as a commit has it; `unknown`: git knows no such commit. */
export async function versionAtRevision(
  target: string,
  revision: string,
): Promise<{ kind: 'unknown' } | { kind: 'absent' } | { kind: 'pointer'; pointer: DataPointer }> {
  const file = pointerFileOf(target);
  const folder = path.dirname(file);
  const commit = await git(folder, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (commit === undefined) return { kind: 'unknown' };
  const text = await git(folder, ['cat-file', 'blob', `${commit.trim()}:./${path.basename(file)}`]);
  if (text === undefined) return { kind: 'absent' };
  const read = parsePointer(text, `${file} of ${revision}`);
  return { kind: 'pointer', pointer: read.kind === 'pointer' ? read.pointer : read.ours };
}

function readSilently(text: string, file: string) {
  try {
    return parsePointer(text, file);
  } catch {
    return undefined; // a commit with a broken pointer names no version
  }
}

/** Undefined: git is missing, fails, or has no answer. */
async function git(folder: string, words: readonly string[]): Promise<string | undefined> {
  const { exitCode, stdout } = await execa('git', words, {
    cwd: folder,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: 1 << 28,
  });
  return exitCode === 0 ? stdout : undefined;
}
