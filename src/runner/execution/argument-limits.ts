/** The limits for a started program's arguments and environment together (execve(2), Linux). */
import { readFileSync } from 'node:fs';

export interface ArgumentLimits {
  /** Bytes of one argument or of one variable with its name; its end included. */
  readonly one: number;
  /** Bytes of all arguments and variables. */
  readonly all: number;
}

/** MAX_ARG_STRLEN of Linux: 32 pages of 4 KiB. */
const ONE = 128 * 1024;
/** ARG_MAX, below which the limit never falls, and three quarters of 8 MiB, above which it never rises. */
const LEAST = 128 * 1024;
const MOST = 6 * 1024 * 1024;
/** The limit on macOS and other systems: the minimum of current POSIX systems. */
const ELSEWHERE = 1024 * 1024;

export function argumentLimits(): ArgumentLimits {
  const stack = stackBytes();
  if (stack === undefined) return { one: ELSEWHERE, all: ELSEWHERE };
  return { one: ONE, all: Math.min(MOST, Math.max(LEAST, stack / 4)) };
}

/** The share of one argument or variable in the limit: its bytes, their end, and a pointer. */
export const sizeOf = (text: string): number => Buffer.byteLength(text) + 1 + 8;

/** The soft limit of this process, which its children inherit; undefined if the system does not tell. */
function stackBytes(): number | undefined {
  try {
    const limit = /^Max stack size\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : limit === 'unlimited' ? Infinity : Number(limit);
  } catch {
    return undefined;
  }
}
