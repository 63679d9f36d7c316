/** A command's view of the outside world. Commands write only here, so that tests can capture their output. */
import { isatty } from 'node:tty';
import { colors, wantsColor, type Colors } from './colors.ts';

export interface Stream {
  readonly isTerminal: boolean;
  readonly colors: Colors;
  /** Width in characters; undefined where lines are not limited (files, pipes). */
  columns(): number | undefined;
  /** Height in lines; undefined where it is not limited. */
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

export function processTerminal(colorOption: boolean | undefined): Terminal {
  const stream = (target: NodeJS.WriteStream & { readonly fd: number }): Stream => {
    const isTerminal = isatty(target.fd);
    let open = true;
    // A closed pipe (`pipeline graph | head`) or a closed terminal ends the output, not the work.
    target.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
      open = false;
    });
    return {
      isTerminal,
      colors: colors(wantsColor({ option: colorOption, environment: process.env, isTerminal })),
      columns: () => (isTerminal ? target.columns : undefined),
      rows: () => (isTerminal ? target.rows : undefined),
      write: (text) => {
        if (open) target.write(text);
      },
    };
  };
  return {
    folder: process.cwd(),
    environment: process.env,
    results: stream(process.stdout),
    messages: stream(process.stderr),
  };
}
