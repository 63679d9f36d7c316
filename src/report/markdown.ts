/** Markdown in which names of any kind stay text. */

/**
 * Characters that reverse the direction of writing. They are shown by number, so that a name cannot rearrange a table.
 */
const DIRECTION = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A name may hold anything; it must stay text, in its cell and on its line. */
export function inert(text: string): string {
  return text
    .replace(DIRECTION, (character) => `(U+${character.charCodeAt(0).toString(16).toUpperCase()})`)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[\\`*_[\]|~#]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/:\/\//g, ':&#47;&#47;');
}

/** Cells are written as they are given: make them inert first. `texts`: columns that stand at the left. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  texts: readonly number[] = [0],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (texts.includes(i) ? '---' : '---:'))), ...rows.map(line)].join('\n');
}
