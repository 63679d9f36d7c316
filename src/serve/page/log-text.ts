/**
 * The text of a log as a terminal would show it: without colors, and of a line that overwrites itself the last state.
 */
import type { LogPiece } from '../state.ts';

const MOST_LINES = 400;
const LONGEST = 1000;

export interface LogText {
  readonly file: string;
  readonly to: number;
  /** The last one may not be whole yet. */
  readonly lines: readonly string[];
}

export function withPiece(before: LogText | undefined, { file, from, to, text }: LogPiece): LogText {
  const goesOn = before?.file === file && before.to === from;
  const kept = goesOn ? before.lines : [''];
  const [first = '', ...others] = text.split('\n');
  const lines = [...kept.slice(0, -1), `${kept.at(-1) ?? ''}${first}`, ...others];
  return { file, to, lines: lines.slice(-MOST_LINES) };
}

export function shownLines({ lines }: LogText): readonly string[] {
  const shown = lines.map(shownLine);
  return shown.at(-1) === '' ? shown.slice(0, -1) : shown;
}

// eslint-disable-next-line no-control-regex
const ESCAPES = /\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)?|[@-Z\\-_])/g;

function shownLine(line: string): string {
  const plain = line.replaceAll(ESCAPES, '').trimEnd().split('\r').at(-1) ?? '';
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)} …` : plain;
}
