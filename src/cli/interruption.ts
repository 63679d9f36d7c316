/**
 * Handles Ctrl-C, SIGTERM, the end of the terminal and the end of the npm that started this process. The first event
 * asks the run to stop, so that stages can save a checkpoint. A second signal ends the run at once; the guard notices
 * that the runner is gone and kills the remaining stages.
 */
import { exitCode, type ExitCode } from './exit-code.ts';
import { isHangUpIgnored } from './hang-up.ts';
import { watchLaunchers } from './watch-launchers.ts';

export interface Interruption {
  readonly signal: AbortSignal;
  /** The exit code that the signal asks for, once one came. */
  code(): ExitCode | undefined;
  stopListening(): void;
}

export interface InterruptionDeps {
  /** Reports that the run is stopping. */
  readonly message: (text: string) => void;
  /** Ends the process; called at the second signal. */
  readonly killNow: (code: ExitCode) => void;
  /** Milliseconds. */
  readonly now: () => number;
  readonly hangUpIgnored?: boolean;
  /** Calls the function when a launcher has ended, and returns a function that ends the watch. */
  readonly onLauncherEnd?: typeof watchLaunchers;
}

const CODES = { SIGINT: exitCode.interrupted, SIGTERM: exitCode.terminated, SIGHUP: exitCode.hungUp } as const;
type SignalName = keyof typeof CODES;

/**
 * npm and npx pass on a Ctrl-C that the terminal has sent to this process already: within this time it is the same one.
 */
const SAME_PRESS_MS = 500;

const STOPPING = 'Stopping: running stages may save a checkpoint. Press Ctrl-C again to end them at once.';

export function listenForInterruption({
  message,
  killNow,
  now,
  hangUpIgnored = isHangUpIgnored(),
  onLauncherEnd = watchLaunchers,
}: InterruptionDeps): Interruption {
  const names = (Object.keys(CODES) as SignalName[]).filter((name) => name !== 'SIGHUP' || !hangUpIgnored);
  const controller = new AbortController();
  let first: { readonly code: ExitCode; readonly at: number } | undefined;
  const stop = (code: ExitCode, text: string): void => {
    first = { code, at: now() };
    message(text);
    controller.abort();
  };
  const onSignal = (name: SignalName): void => {
    if (first === undefined) stop(CODES[name], STOPPING);
    else if (now() - first.at > SAME_PRESS_MS) killNow(first.code);
  };
  for (const name of names) process.on(name, onSignal);
  const endWatch = onLauncherEnd((launcher) => {
    if (first === undefined)
      stop(
        exitCode.terminated,
        `Stopping, because "${launcher.name}" (process ${launcher.pid}), which started this run, has ended: ` +
          'running stages may save a checkpoint.',
      );
  });
  return {
    signal: controller.signal,
    code: () => first?.code,
    stopListening: () => {
      for (const name of names) process.off(name, onSignal);
      endWatch();
    },
  };
}
