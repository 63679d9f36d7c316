/** The text of one pipeline file, and places in it. */
import type { SourceLocation } from '../../formats/diagnostic.ts';

export class Source {
  /** Absolute path. */
  readonly file: string;
  readonly text: string;
  /** Offset at which each line begins. */
  readonly #lines: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.#lines = [0, ...[...text.matchAll(/\r\n|\n|\r/g)].map((end) => end.index + end[0].length)];
  }

  /** A range that spans lines is cut at the end of its first. */
  locate(offset: number, length: number): SourceLocation {
    const line = this.#lineAt(offset);
    const start = this.#lines[line] ?? 0;
    const end = start + this.text.slice(start, this.#lines[line + 1]).trimEnd().length;
    return {
      file: this.file,
      line: line + 1,
      column: offset - start + 1,
      length: Math.max(1, Math.min(length, end - offset)),
    };
  }

  /** Index of the last line that begins at or before the offset, by bisection. */
  #lineAt(offset: number): number {
    let low = 0;
    let high = this.#lines.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#lines[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The place of a node in a file; converted to line and column on demand. */
export interface Origin {
  readonly source: Source;
  readonly offset: number;
  readonly length: number;
}

export function locationOf({ source, offset, length }: Origin): SourceLocation {
  return source.locate(offset, length);
}
