/** The speed of a running instance, and the time that it needs. */
import type { InstanceState } from '../state.ts';

export interface Speed {
  /** From 0 to 1; undefined: the stage does not tell its total. */
  readonly share?: number;
  /** Units per second. */
  readonly rate?: number;
  readonly secondsLeft?: number;
}

/** @param now milliseconds since the epoch, by the clock of the server */
export function speedOf({ progress, started, expectedSeconds }: InstanceState, now: number): Speed {
  if (progress?.total === undefined || progress.total <= 0) return expected(started, expectedSeconds, now);
  const { done, total, at, first } = progress;
  const share = Math.min(1, Math.max(0, done / total));
  const [units, seconds] = [done - first.done, (at - first.at) / 1000];
  if (units <= 0 || seconds <= 0) return { share };
  const rate = units / seconds;
  return { share, rate, secondsLeft: Math.max(0, (total - done) / rate - (now - at) / 1000) };
}

/** The duration of an earlier execution. An instance that takes longer has no known end. */
function expected(started: number | undefined, seconds: number | undefined, now: number): Speed {
  if (started === undefined || seconds === undefined || seconds <= 0) return {};
  const passed = (now - started) / 1000;
  return passed > seconds ? {} : { share: passed / seconds, secondsLeft: seconds - passed };
}
