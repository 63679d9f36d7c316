/**
 * Takes the prose out of Markdown pages and source files. A block is a paragraph, a list item or a comment:
 * `{ line, text }`, where `line` counts from 1 and the text keeps its newlines, so that a sentence can be located.
 */

/** Blocks of a Markdown page, without code, tables, headings and HTML comments. */
export function proseOfMarkdown(page) {
  const blocks = blockCollector();
  let fenced = false;
  let inList = false;
  blankOut(page, /<!--[\s\S]*?-->/g)
    .split('\n')
    .forEach((line, index) => {
      const fence = /^\s*(```|~~~)/.test(line);
      if (fence) fenced = !fenced;
      const item = /^\s*(?:[-*+]|\d+\.)\s+(.*)$/.exec(line);
      if (fence || fenced || isTableOrHeading(line)) return blocks.close();
      if (line.trim() === '') return blocks.close();
      if (item) {
        inList = true;
        blocks.close();
        return blocks.add(index + 1, item[1]);
      }
      if (/^\S/.test(line) && !blocks.open()) inList = false;
      if (/^ {4}/.test(line) && !blocks.open() && !inList) return undefined;
      return blocks.add(index + 1, line.replace(/^\s*>?\s*/, ''));
    });
  return blocks.all();
}

/** Prose lines of a Markdown page wider than `columns`. Code, tables, headings and targets of links may be wider. */
export function wideLines(page, columns) {
  let fenced = false;
  return page.split('\n').flatMap((line, index) => {
    const fence = /^\s*(```|~~~)/.test(line);
    if (fence) fenced = !fenced;
    if (fence || fenced || isTableOrHeading(line) || /^ {4}\S/.test(line)) return [];
    const width = [...line.replace(/\]\([^)]*\)/g, ']()')].length;
    return width > columns ? [{ line: index + 1, width }] : [];
  });
}

/** Lines of comments wider than `columns`. An address cannot be broken. */
export function wideComments(source, columns) {
  return source.split('\n').flatMap((line, index) => {
    const width = [...line].length;
    const isComment = /^\s*(?:\/\*|\*|\/\/)/.test(line) && !/https?:/.test(line);
    return isComment && width > columns ? [{ line: index + 1, width }] : [];
  });
}

/** Blocks of the comments in a TypeScript, JavaScript or C file. Lines with `//` that follow each other are one. */
export function proseOfComments(source) {
  const blocks = blockCollector();
  let line = 1;
  let offset = 0;
  let previous = { line: 0, ownLine: false };
  for (const { 0: token, index } of source.matchAll(TOKENS)) {
    line += countNewlines(source.slice(offset, index));
    offset = index;
    if (!/^\/[/*]/.test(token)) continue;
    const ownLine = /(^|\n)[ \t]*$/.test(source.slice(0, index));
    const continued = token.startsWith('//') && ownLine && previous.ownLine && previous.line === line - 1;
    if (!continued) blocks.close();
    const lines = token.split('\n').map(withoutMarkers);
    lines.forEach((text, index) => addCommentLine(blocks, line + index, text));
    previous = { line, ownLine: ownLine && token.startsWith('//') };
  }
  return blocks.all();
}

/** Comments, and everything in which the sign of a comment is none: strings, templates and regular expressions. */
const TOKENS = new RegExp(
  [
    /\/\*[\s\S]*?\*\//,
    /\/\/[^\n]*/,
    /'(?:\\.|[^'\\\n])*'/,
    /"(?:\\.|[^"\\\n])*"/,
    /`(?:\\[\s\S]|[^`\\])*`/,
    /(?<=(?:^|[=(,:;!&|?{}[>\n]|\breturn)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\//,
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
);

function withoutMarkers(line) {
  return line
    .replace(/^\s*(?:\/\*\*?|\/\/+|\*(?!\/))[ \t]?/, '')
    .replace(/\s*\*\/$/, '')
    .replace(/\{@link ([^}]*)\}/g, '$1');
}

/** Empty lines, list items and tags such as `@param` begin a new block; indented code and directives are no prose. */
function addCommentLine(blocks, line, text) {
  if (/^\s*$/.test(text) || /^\s{4,}\S/.test(text) || DIRECTIVE.test(text)) return blocks.close();
  const item = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(text);
  const tag = /^\s*@\w+\s*(.*)$/.exec(text);
  if (item || tag) blocks.close();
  return blocks.add(line, (item ?? tag)?.[1] ?? text.trim());
}

const DIRECTIVE = /^\s*(?:eslint-|prettier-ignore|@ts-|@vitest|#!|<reference)/;

function isTableOrHeading(line) {
  return /^\s*\|/.test(line) || /^#{1,6}\s/.test(line);
}

function blankOut(text, pattern) {
  return text.replace(pattern, (match) => '\n'.repeat(countNewlines(match)));
}

function countNewlines(text) {
  return text.split('\n').length - 1;
}

/** Collects lines to blocks; a line that is not the next one begins another block. */
function blockCollector() {
  const done = [];
  let block;
  const close = () => {
    if (block) done.push({ line: block.line, text: block.lines.join('\n') });
    block = undefined;
  };
  return {
    close,
    open: () => block !== undefined,
    add(line, text) {
      if (block && line !== block.line + block.lines.length) close();
      block ??= { line, lines: [] };
      block.lines.push(text);
    },
    all() {
      close();
      return done;
    },
  };
}
