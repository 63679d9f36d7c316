/** Notices that npm or npx, which started this process and waits for it, was ended. */
import { isHangUpIgnored } from './hang-up.ts';
import { isRunning, launchers, type Launcher } from './launchers.ts';

const POLL_MS = 500;

/** Calls `onEnd` at most once. Returns a function that ends the watch. */
export function watchLaunchers(onEnd: (launcher: Launcher) => void): () => void {
  const chain = launchers();
  if (chain.length === 0) return () => undefined;
  // Under `nohup` the end of the terminal ends npm, and this process is to go on.
  const concerned = isHangUpIgnored() ? chain.slice(0, 1) : chain;
  let hungUp = false;
  const onHangUp = (): void => {
    hungUp = true;
  };
  if (isHangUpIgnored()) process.on('SIGHUP', onHangUp);
  /** Seen to have ended at the last look: a signal that came with its end has arrived by the next one. */
  let ended: Launcher | undefined;
  const timer = setInterval(() => {
    if (ended !== undefined && !hungUp) onEnd(ended);
    if (ended !== undefined || hungUp) stop();
    ended = concerned.find((launcher) => !isRunning(launcher));
  }, POLL_MS).unref();
  const stop = (): void => {
    clearInterval(timer);
    process.off('SIGHUP', onHangUp);
  };
  return stop;
}
