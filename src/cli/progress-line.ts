/**
 * One line that is redrawn in place on a terminal; elsewhere a line now and then, so that a long wait does not look
 * like a hang.
 */
import type { Stream } from './terminal.ts';

const REDRAW_MS = 100;
const LINE_MS = 10_000;

export interface ProgressLine {
  /** `text` is asked for only when it is shown. */
  show(text: () => string): void;
  /** Removes the line; text in a file stays. */
  clear(): void;
}

export function progressLine(stream: Stream, now: () => number): ProgressLine {
  const pause = stream.isTerminal ? REDRAW_MS : LINE_MS;
  let last = now();
  let drawn = false;
  return {
    show(text) {
      if (now() - last < pause) return;
      last = now();
      if (stream.isTerminal) stream.write(`\r\u001B[2K${text().slice(0, (stream.columns() ?? 80) - 1)}`);
      else stream.write(`${text()}\n`);
      drawn = true;
    },
    clear() {
      if (drawn && stream.isTerminal) stream.write('\r\u001B[2K');
      drawn = false;
    },
  };
}
