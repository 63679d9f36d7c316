/** Text measured in terminal cells, not in characters: wide letters take two, escape sequences none. */
import stringWidth from 'string-width';

export const width = (text: string): number => stringWidth(text);

export function pad(text: string, cells: number, align: 'left' | 'right' = 'left'): string {
  const space = ' '.repeat(Math.max(0, cells - width(text)));
  return align === 'left' ? text + space : space + text;
}

/** Shortens plain text to a number of cells, with an ellipsis where something was cut. */
export function truncate(text: string, cells: number): string {
  if (width(text) <= cells) return text;
  let kept = '';
  for (const character of text) {
    if (width(kept + character) > cells - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Breaks plain text at spaces into lines of at most `cells`; a word that is longer than a line is broken. */
export function wrap(text: string, cells: number): string[] {
  return text.split('\n').flatMap((line) => wrapLine(line, cells));
}

function wrapLine(text: string, cells: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (width(longer) <= cells) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (width(line) > cells) {
      const head = chop(line, cells);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  return [...lines, line];
}

function chop(text: string, cells: number): string {
  let kept = '';
  for (const character of text) {
    if (kept !== '' && width(kept + character) > cells) break;
    kept += character;
  }
  return kept;
}
