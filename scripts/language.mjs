#!/usr/bin/env node
// Checks that docs and comments are plain sentences: `node scripts/language.mjs [--list] [FOLDER...]`.
// `--list` prints the counts of every folder and all findings.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { proseOfComments, proseOfMarkdown, wideComments, wideLines } from './language/prose.mjs';
import { isInverted, measure, sentencesOf } from './language/sentences.mjs';
import { isCommented, isPage } from './measure/kinds.mjs';
import { sourceTree } from './measure/source-tree.mjs';

/** The share of sentences in a folder that may be inverted; one is allowed anywhere. */
const LIMIT = 0.02;
/** The relative words (which, that, what, ...) per sentence that a folder of pages may have. */
const RELATIVE_LIMIT = 0.42;
const COLUMNS = 120;

const { values: options, positionals } = parseArgs({
  options: { list: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const folders = new Map();
const wide = [];
for (const [file, text] of sourceTree()) {
  const markdown = isPage(file);
  if (!markdown && !isCommented(file)) continue;
  if (positionals.length > 0 && !positionals.some((folder) => file.startsWith(folder))) continue;
  const sentences = (markdown ? proseOfMarkdown(text) : proseOfComments(text)).flatMap(sentencesOf);
  const folder = folderOf(file);
  folders.set(folder, [...(folders.get(folder) ?? []), ...sentences.map((sentence) => ({ file, ...sentence }))]);
  const widened = markdown ? wideLines(text, COLUMNS) : wideComments(text, COLUMNS);
  wide.push(...widened.map((finding) => ({ file, ...finding })));
}

const rows = [...folders].map(([folder, sentences]) => ({ folder, sentences, ...measure(sentences) }));
if (options.list) printTable(rows);
for (const row of rows) {
  const relative = row.relative / Math.max(1, row.count);
  if (row.sentences.some(({ file }) => file.endsWith('.md')) && relative > RELATIVE_LIMIT)
    fail(`${row.folder}: ${relative.toFixed(2)} relative words per sentence; allowed: ${RELATIVE_LIMIT}`);
  if (row.inverted <= Math.max(1, LIMIT * row.count)) continue;
  fail(`${row.folder}: ${row.inverted} of ${row.count} sentences put a clause before their subject; allowed: 2 %`);
  if (!options.list) printInverted(row);
}
if (options.list) rows.forEach(printInverted);
for (const { file, line, width } of wide)
  fail(`${file}:${line}: expected prose of at most ${COLUMNS} columns, got ${width}`);

function fail(message) {
  console.log(message);
  process.exitCode = 1;
}

function printInverted({ sentences }) {
  for (const { file, line, text } of sentences) if (isInverted(text)) console.log(`${file}:${line}: ${text}`);
}

function printTable(rows) {
  console.log('folder                      sentences  inverted  relative words/sentence  words/sentence');
  for (const { folder, count, inverted, relative, words } of rows.filter(({ count }) => count > 0)) {
    console.log(
      folder.padEnd(28) +
        String(count).padStart(9) +
        `${((100 * inverted) / count).toFixed(1)} %`.padStart(10) +
        (relative / count).toFixed(2).padStart(25) +
        (words / count).toFixed(1).padStart(16),
    );
  }
}

/** The folder that a file is counted in: its room in src, at most two levels deep. */
function folderOf(file) {
  const folders = path.posix.dirname(file).split('/');
  return folders.slice(0, folders[0] === 'src' ? 3 : 2).join('/');
}
