#!/usr/bin/env node
/**
 * Prints how large and how plain this repository is: `npm run measure [-- REVISION...]`.
 * Each revision of git gets a column of its own, before the column of the working tree.
 * Functions of one line are left out of the quantiles: they are arguments of calls for the most part.
 */
import { proseOfComments, proseOfMarkdown, wideLines } from './language/prose.mjs';
import { measure as measureSentences, sentencesOf } from './language/sentences.mjs';
import { isCommented, isGenerated, isPage, isPipeline, isSource, isTest } from './measure/kinds.mjs';
import { namesUsedTwice, roomsOf } from './measure/rooms.mjs';
import { linesChanged, sourceTree } from './measure/source-tree.mjs';
import { measureSyntax } from './measure/syntax.mjs';
import { wideLinesOf } from './measure/wide-lines.mjs';

const COLUMNS = 120;
/** Lines that a function may have. */
const FUNCTION_LINES = 60;

const revisions = process.argv.slice(2);
const columns = [...revisions, undefined].map((revision) => ({
  title: revision ?? 'working tree',
  measured: measureTree(sourceTree(revision)),
}));
printTable(columns);
printLongFunctions(columns.at(-1).measured);
for (const revision of revisions) {
  const { added, deleted } = linesChanged(revision);
  console.log(`Since ${revision}: ${added} lines added, ${deleted} lines deleted.`);
}

function measureTree(tree) {
  const pick = (is) => [...tree].filter(([file]) => is(file));
  const source = pick(isSource).map(([file, text]) => ({ file, text, ...measureSyntax(file, text) }));
  const functions = source.flatMap(({ file, functions }) => functions.map((each) => ({ file, ...each })));
  const exported = source.map(({ file, exports }) => ({ file, names: exports }));
  const wide = pick(isCode).map(([file, text]) => wideLinesOf(file, text, COLUMNS));
  const length = total(source.map(({ text }) => lineCount(text)));
  return {
    long: functions.filter(({ lines }) => lines > FUNCTION_LINES).sort((a, b) => b.lines - a.lines),
    rows: {
      'file lines, median / p90 / max': quantiles(
        source.map(({ text }) => lineCount(text)),
        [0.5, 0.9, 1],
      ),
      'function lines, p90 / p99 / max': quantiles(
        functions.map(({ lines }) => lines).filter((lines) => lines > 1),
        [0.9, 0.99, 1],
      ),
      [`functions over ${FUNCTION_LINES} lines`]: functions.filter(({ lines }) => lines > FUNCTION_LINES).length,
      [`lines over ${COLUMNS} columns, code`]: total(wide.map(({ code }) => code.length)),
      [`lines over ${COLUMNS} columns by a literal`]: total(wide.map(({ literals }) => literals.length)),
      [`lines over ${COLUMNS} columns, docs`]: total(pick(isPage).map(([, text]) => wideLines(text, COLUMNS).length)),
      'non-null `!` per 1,000 lines': ((1000 * total(source.map((each) => each.assertions))) / length).toFixed(1),
      'lines of pipeline.json': lineCount(tree.get('pipeline.json')),
      'lines of all pipelines': lineTotal(pick(isPipeline)),
      'sentences inverted, docs': invertedShare(pick(isPage).map(([, text]) => proseOfMarkdown(text))),
      'sentences inverted, comments': invertedShare(pick(isCommented).map(([, text]) => proseOfComments(text))),
      'exported names used twice in a room': namesUsedTwice(exported, roomsOf(tree.get('CONTRIBUTING.md'))).length,
      'files of source': source.length,
      'lines of source': length,
      'lines of tests': lineTotal(pick(isTest)),
      'lines of docs': lineTotal(pick(isPage)),
      'lines generated': lineTotal(pick((file) => isGenerated(file) && file !== 'package-lock.json')),
    },
  };
}

function isCode(file) {
  return !isPage(file) && !isGenerated(file);
}

function invertedShare(blocks) {
  const { count, inverted } = measureSentences(blocks.flat().flatMap(sentencesOf));
  return `${((100 * inverted) / count).toFixed(1)} %`;
}

function quantiles(values, shares) {
  const sorted = values.toSorted((a, b) => a - b);
  return shares.map((share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]).join(' / ');
}

function lineTotal(files) {
  return total(files.map(([, text]) => lineCount(text)));
}

function lineCount(text) {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

function total(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}

function printTable(columns) {
  const names = Object.keys(columns[0].measured.rows);
  const cells = columns.map(({ title, measured }) => [title, ...names.map((name) => String(measured.rows[name]))]);
  const first = ['', ...names];
  const widths = [first, ...cells].map((column) => Math.max(...column.map((cell) => cell.length)));
  first.forEach((name, row) => {
    const values = cells.map((column, i) => column[row].padStart(widths[i + 1]));
    console.log([name.padEnd(widths[0]), ...values].join('  '));
  });
}

function printLongFunctions({ long }) {
  if (long.length === 0) return;
  console.log(`\nFunctions over ${FUNCTION_LINES} lines in the working tree:`);
  for (const { file, line, name, lines } of long) console.log(`  ${file}:${line}: ${name}, ${lines} lines`);
}
