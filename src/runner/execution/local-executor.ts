/** Executions as processes of this machine, each in its own group under a supervisor. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Message } from '../../stage/protocol.ts';
import type { End, Executor, Running } from './executor.ts';
import { programs } from './programs.ts';
import type { SupervisorMessage } from './supervisor-protocol.ts';
import type { Task } from './task.ts';

export function localExecutor(): Executor {
  return { start };
}

function start(task: Task, hear: (message: Message) => void): Running {
  mkdirSync(path.dirname(task.log), { recursive: true });
  // The stage writes to the file itself: however much it prints, none of it passes through this process.
  const log = openSync(task.log, 'a');
  const child = spawn(process.execPath, [programs().supervisor, String(task.graceMs), ...task.command], {
    cwd: task.cwd,
    env: task.env,
    stdio: ['pipe', log, log, 'pipe'],
    detached: true, // out of reach of the terminal's Ctrl-C
  });
  closeSync(log);
  child.stdin!.on('error', () => undefined); // it ended before it heard us
  let group: number | undefined;
  const ended = new Promise<End>((resolve) => {
    let end: End | undefined;
    const lines = createInterface({ input: child.stdio[3] as Readable });
    lines.on('line', (line) => {
      const message = JSON.parse(line) as Message | SupervisorMessage;
      if (message.type === 'group') group = message.pid;
      else if (message.type === 'exit') end = message;
      else hear(message);
    });
    const closed = new Promise<void>((done) => lines.on('close', done));
    child.on('error', (error) => {
      resolve({ code: null, signal: null, message: error.message });
    });
    child.on('exit', () => {
      if (!end) killGroup(group); // the supervisor was killed: do its work
      void closed.then(() => {
        resolve(end ?? { code: null, signal: 'SIGKILL', message: 'The supervisor of the stage was killed.' });
      });
    });
  });
  return {
    ended,
    stop: () => child.stdin!.write('stop\n'),
    kill: () => child.stdin!.write('kill\n'),
  };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
