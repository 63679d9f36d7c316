/** The files of this repository at a revision of git, or in the working tree. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '../..');
const TEXT = /\.(?:tsx?|mjs|cjs|js|json|md|py|c|sh|yml)$/;

/** Text files by path. Without a revision, files that are not committed yet count too. */
export function sourceTree(revision) {
  return new Map(revision === undefined ? workingTree() : committedTree(revision));
}

/** The number of lines added and deleted since a revision. */
export function linesChanged(revision) {
  const summary = git(['diff', '--shortstat', revision]).toString();
  const count = (word) => Number(new RegExp(`(\\d+) ${word}`).exec(summary)?.[1] ?? 0);
  return { added: count('insertion'), deleted: count('deletion') };
}

function workingTree() {
  const listed = lines(git(['ls-files', '--cached', '--others', '--exclude-standard']));
  return listed
    .filter((file) => TEXT.test(file) && existsSync(path.join(root, file)))
    .map((file) => [file, readFileSync(path.join(root, file), 'utf8')]);
}

/** One call of git for all files: one for each would take minutes. */
function committedTree(revision) {
  const files = lines(git(['ls-tree', '-r', '--name-only', revision])).filter((file) => TEXT.test(file));
  const batch = git(['cat-file', '--batch'], files.map((file) => `${revision}:${file}\n`).join(''));
  let offset = 0;
  return files.map((file) => {
    const head = batch.indexOf('\n', offset);
    const size = Number(batch.subarray(offset, head).toString().split(' ').at(-1));
    offset = head + 1 + size + 1;
    return [file, batch.subarray(head + 1, head + 1 + size).toString()];
  });
}

function git(args, input) {
  return execFileSync('git', args, { cwd: root, input, maxBuffer: 2 ** 30 });
}

function lines(output) {
  return output.toString().split('\n').filter(Boolean);
}
