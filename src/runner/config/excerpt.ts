/** The line that a diagnostic points at, ready to be printed and underlined in a terminal. */
import type { SourceLocation } from '../../formats/diagnostic.ts';

interface Excerpt {
  readonly lineText: string;
  /** Characters before the underlined part and in it, in lineText. Tabs became single spaces, so columns line up. */
  readonly start: number;
  readonly length: number;
}

/** @param source the text of the file that the place is in */
export function excerpt(source: string, { line, column, length }: SourceLocation): Excerpt {
  const lineText = (source.split(/\r\n|\n|\r/)[line - 1] ?? '').replaceAll('\t', ' ');
  return { lineText, start: column - 1, length };
}
