/**
 * The processes of npm, npx and the like that started this one and wait for it. A signal that ends them means this
 * process as well: `kill` of `npx pipeline run`, and CI systems that signal the first process, reach npm and not the
 * runner.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { environmentOf } from '../util/process-environment.ts';
import { processStatus, type ProcessStatus } from '../util/process-status.ts';

export interface Launcher {
  readonly pid: number;
  /** Its start time: process numbers are used again. */
  readonly started: string;
  /** `npm exec pipeline run`, as `ps` shows it. */
  readonly name: string;
}

let found: readonly Launcher[] | undefined;

/** Nearest first; empty if this process was started directly, or in the background. As it was at the first call. */
export function launchers(): readonly Launcher[] {
  return (found ??= climb());
}

export function isRunning({ pid, started }: Launcher): boolean {
  const status = processStatus(pid);
  return status !== undefined && status.state !== 'Z' && status.state !== 'X' && status.started === started;
}

function climb(): Launcher[] {
  const chain: Launcher[] = [];
  const own = processStatus(process.pid);
  if (own === undefined) return chain;
  let pid = process.pid;
  let status: ProcessStatus = own;
  while (environmentOf(pid)?.npm_command !== undefined) {
    const parent = processStatus(status.parent);
    if (parent === undefined || status.parent === 1 || parent.session !== own.session) break;
    if (isScript(status.parent) || isInBackground(pid, status.parent)) break;
    pid = status.parent;
    status = parent;
    chain.push({ pid, started: parent.started, name: argumentsOf(pid).join(' ').trim() });
  }
  return chain;
}

/** A shell that reads a script or a keyboard decides itself how long its commands live; `sh -c` of npm does not. */
function isScript(pid: number): boolean {
  const [program = '', first = ''] = argumentsOf(pid);
  return isShell(program) && !/^-\w*c/.test(first);
}

const SHELLS = ['sh', 'bash', 'dash', 'ash', 'zsh', 'ksh', 'mksh', 'fish'];

/** A login shell is called `-bash`. */
export const isShell = (program: string, shells: readonly string[] = SHELLS): boolean =>
  shells.includes(path.basename(program).replace(/^-/, ''));

/** A shell gives /dev/null as input to a command in the background (`&`). */
function isInBackground(pid: number, parent: number): boolean {
  const input = inputOf(pid);
  return input === '/dev/null' && inputOf(parent) !== input;
}

function inputOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/fd/0`);
  } catch {
    return undefined;
  }
}

/** As at its start; none if it is not visible. */
export function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
