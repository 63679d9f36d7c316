/**
 * Detects if the end of the terminal must be ignored (`nohup`), and keeps it ignored. A process that is started with
 * SIGHUP ignored has to leave it ignored, but Node resets all signals when it starts, without a trace. This file
 * therefore reads the traces that `nohup` and shells leave elsewhere.
 */
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { environmentOf } from '../util/process-environment.ts';
import { processStatus } from '../util/process-status.ts';
import { argumentsOf, isShell, launchers } from './launchers.ts';

/** To be called once, before anything else listens to signals. */
export function keepIgnoringHangUp(): void {
  if (isHangUpIgnored()) process.on('SIGHUP', () => undefined);
}

let ignored: boolean | undefined;

export function isHangUpIgnored(): boolean {
  return (ignored ??= looksIgnored());
}

function looksIgnored(): boolean {
  if (process.platform === 'win32') return false;
  if (isNohup(process.env._) || hasInputOfNohup()) return true;
  // `nohup npx pipeline run`: npm is a Node program too, and resets the signal for its child processes.
  const chain = launchers();
  if (chain.some(({ pid }) => isNohup(environmentOf(pid)?._))) return true;
  const top = chain.at(-1);
  const parent = top === undefined ? process.ppid : processStatus(top.pid)?.parent;
  if (parent === undefined) return false;
  if (ignoresHangUp(parent)) return true;
  const started = top === undefined ? process.env._ : environmentOf(top.pid)?._;
  return !namesWhatItStarts(parent, started) && saysNohup(parent);
}

/** bash and zsh name in `_` the program that they start; it is `nohup`, which becomes this process. */
const isNohup = (started: string | undefined): boolean => started !== undefined && path.basename(started) === 'nohup';

/** In place of a terminal, `nohup` of GNU gives /dev/null opened for writing only. Nothing else gives such an input. */
function hasInputOfNohup(): boolean {
  try {
    const flags = /^flags:\s*(\d+)$/m.exec(readFileSync('/proc/self/fdinfo/0', 'utf8'))?.[1];
    const writesOnly = flags !== undefined && (Number.parseInt(flags, 8) & 0o3) === 1;
    return writesOnly && readlinkSync('/proc/self/fd/0') === '/dev/null';
  } catch {
    return false; // no /proc
  }
}

/** A script that runs under `nohup`, or that says `trap '' HUP`, hands the ignored signal on. Bit 0 is SIGHUP. */
function ignoresHangUp(pid: number): boolean {
  try {
    const mask = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return mask !== undefined && (Number.parseInt(mask.slice(-1), 16) & 1) === 1;
  } catch {
    return false;
  }
}

/**
 * `started`: the `_` of the shell's child. If bash or zsh started this command itself, then it was without `nohup`. A
 * program between them (`nice nohup pipeline run`) leaves the question open.
 */
function namesWhatItStarts(shell: number, started: string | undefined): boolean {
  const [program = ''] = argumentsOf(shell);
  return isShell(program, ['bash', 'zsh']) && started !== undefined && OWN_NAME.test(path.basename(started));
}

const OWN_NAME = /^(pipeline|main\.js|node|np[mx])$/;

/**
 * Other shells than bash and zsh leave no trace of `nohup` but their text: `sh -c 'nohup pipeline run &'`, or a script.
 * A variable counts only as the program itself, not as one of its arguments.
 */
function saysNohup(shell: number): boolean {
  return /(^|[\s;&|(])nohup\s+("?\$|[^;&|\n]*(pipeline|main\.js|node|np[mx]))/.test(textOfShell(argumentsOf(shell)));
}

/** A longer script is not searched. */
const LONGEST_SCRIPT = 1024 * 1024;

function textOfShell([program = '', first = '', second = '']: readonly string[]): string {
  if (!isShell(program)) return '';
  if (/^-\w*c/.test(first)) return second;
  try {
    // To read a pipe (`bash <(...)`, `bash /dev/stdin`) would take from the shell the lines that it has not read yet.
    const script = first === '' ? undefined : statSync(first);
    return script?.isFile() === true && script.size <= LONGEST_SCRIPT ? readFileSync(first, 'utf8') : '';
  } catch {
    return ''; // relative to another folder, or gone
  }
}
