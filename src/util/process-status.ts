/** The system's information about a process. */
import { readFileSync } from 'node:fs';
import { at } from './known.ts';

export interface ProcessStatus {
  /** `Z`: it has ended, and its parent has not asked how. `X`: it is ending. */
  readonly state: string;
  /** The process that started it; another one if that has ended. */
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** In ticks since the machine started. Numbers of processes are used again; with this they are not. */
  readonly started: string;
}

/** Undefined if there is no such process, it is hidden, or there is no /proc. */
export function processStatus(pid: number): ProcessStatus | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command in the second field may hold anything, so count from its last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    state: at(fields, 0),
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    started: at(fields, 19),
  };
}
