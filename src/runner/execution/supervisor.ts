/**
 * The small program between the runner and a stage: `node supervisor.js <grace ms> <command> [arguments]`.
 *
 * It starts the command in a process group of its own and ends the whole group when asked to, when the runner dies (its
 * standard input closes), and when the command has ended but left something behind. So no orphan keeps a GPU or writes
 * beside the next run. File descriptor 3 is the stage's line to the runner; 4 is held open to the stage for as long as
 * the supervisor lives.
 */
import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import type { SupervisorMessage } from './supervisor-protocol.ts';

const [grace, command, ...args] = process.argv.slice(2) as [string, string, ...string[]];

// The terminal's Ctrl-C is the runner's business.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 3, 'pipe'], detached: true });

const tell = (message: SupervisorMessage): void => {
  try {
    writeSync(3, `${JSON.stringify(message)}\n`);
  } catch {
    // The runner is gone; there is nobody to tell.
  }
};

const signalGroup = (signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended.
  }
};

let ending = false;
function end(): void {
  if (ending) return;
  ending = true;
  signalGroup('SIGTERM');
  setTimeout(() => {
    signalGroup('SIGKILL');
  }, Number(grace)).unref();
}

process.stdin.on('data', (bytes: Buffer) => {
  if (bytes.includes('kill')) signalGroup('SIGKILL');
  else end();
});
process.stdin.on('end', end);
process.stdin.on('error', end);

child.on('spawn', () => {
  tell({ type: 'group', pid: child.pid! });
});
child.on('error', (error) => {
  tell({ type: 'exit', code: 127, signal: null, message: error.message });
  process.exit(0);
});
child.on('exit', (code, signal) => {
  signalGroup('SIGKILL'); // what it left behind
  tell({ type: 'exit', code, signal });
  process.exit(0);
});
