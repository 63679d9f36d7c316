/** A command's view of the outside world. Commands write only here, so that tests can capture their output. */
import { colors, wantsColor, type Colors } from './colors.ts';
import type { Output } from './output.ts';

export interface Stream {
  readonly isTerminal: boolean;
  readonly colors: Colors;
  /** Width in characters; undefined if lines are not limited (files, pipes). */
  columns(): number | undefined;
  /** Height in lines; undefined if it is not limited. */
  rows(): number | undefined;
  write(text: string): void;
}

export interface Terminal {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Standard output: the answer. */
  readonly results: Stream;
  /** Standard error: progress, warnings and faults. */
  readonly messages: Stream;
}

/** @param color `--color` is true, `--no-color` false */
export function processTerminal(color: boolean | undefined, results: Output, messages: Output): Terminal {
  const stream = (output: Output): Stream => ({
    isTerminal: output.isTerminal,
    colors: colors(wantsColor({ option: color, environment: process.env, isTerminal: output.isTerminal })),
    columns: output.columns,
    rows: output.rows,
    write: output.write,
  });
  return {
    folder: process.cwd(),
    environment: process.env,
    results: stream(results),
    messages: stream(messages),
  };
}
