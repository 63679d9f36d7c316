/** The built command, started in a project and awaited. */
import { spawn } from 'node:child_process';
import os from 'node:os';

/** The project takes half a second: after so long it waits for something that never comes. */
const LIMIT_MS = 60_000;

export interface Answer {
  /** Was still running after a minute, and was killed. */
  readonly hung: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** `hear` gets each line of standard output as it comes, and the process. */
export function pipeline(
  command: string,
  root: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
  hear?: (line: string, pid: number) => void,
): Promise<Answer> {
  const child = spawn(process.execPath, [command, ...words], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: root, TMPDIR: os.tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err, heard, hung] = ['', '', 0, false];
  const limit = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, LIMIT_MS);
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    const lines = out.split('\n');
    for (; heard < lines.length - 1; heard++) hear?.(lines[heard]!, child.pid!);
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ hung, code, signal, out, err });
    });
  });
}
