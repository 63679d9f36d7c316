/**
 * Handles Ctrl-C, SIGTERM and the end of the terminal. The first signal asks the run to stop, so that stages can save a
 * checkpoint. The second one ends the run at once; the guard notices that the runner is gone and kills the remaining
 * stages.
 */
import { exitCode, type ExitCode } from './exit-code.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  /** The exit code that the signal asks for, once one came. */
  code(): ExitCode | undefined;
  stopListening(): void;
}

const CODES = { SIGINT: exitCode.interrupted, SIGTERM: exitCode.terminated, SIGHUP: exitCode.hungUp } as const;
type Name = keyof typeof CODES;
const NAMES = Object.keys(CODES) as Name[];

/** npm and npx pass a Ctrl-C on that the terminal has sent us already: within this time it is the same one. */
const SAME_PRESS_MS = 500;

export function listenForInterruption(
  message: (text: string) => void,
  killNow: (code: ExitCode) => void,
  now: () => number,
): Interruption {
  const controller = new AbortController();
  let first: { readonly code: ExitCode; readonly at: number } | undefined;
  const onSignal = (name: Name): void => {
    if (first === undefined) {
      first = { code: CODES[name], at: now() };
      message('Stopping: running stages may save a checkpoint. Press Ctrl-C again to end them at once.');
      controller.abort(name);
    } else if (now() - first.at > SAME_PRESS_MS) {
      killNow(first.code);
    }
  };
  for (const name of NAMES) process.on(name, onSignal);
  return {
    signal: controller.signal,
    code: () => first?.code,
    stopListening: () => {
      for (const name of NAMES) process.off(name, onSignal);
    },
  };
}
