/** The built command, started in a project and awaited. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Wrapper } from './fault.ts';

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

interface Launch {
  readonly env?: Readonly<Record<string, string>>;
  /** Gets each line of standard output as it comes, and the process that was started. */
  readonly hear?: (line: string, child: ChildProcess) => void;
  readonly wrapper?: Wrapper | undefined;
  /** Standard output and standard error are on a full device. */
  readonly isOutputFull?: boolean;
}

/** The answer comes when the command, and a wrapper around it, has ended. */
export function pipeline(
  command: string,
  root: string,
  words: readonly string[],
  { env = {}, hear, wrapper, isOutputFull = false }: Launch = {},
): Promise<Answer> {
  const [program, ...rest] = launched(wrapper, command, root, words);
  const output = isOutputFull ? openSync('/dev/full', 'w') : 'pipe';
  const child = spawn(program, rest, {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: root,
      TMPDIR: os.tmpdir(),
      ...(wrapper && { npm_config_cache: `${root}.npm/cache` }),
      ...env,
    },
    stdio: ['ignore', output, output],
  });
  if (typeof output === 'number') closeSync(output);
  let [out, err, heard, hung] = ['', '', 0, false];
  const limit = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, LIMIT_MS);
  child.stdout?.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    const lines = out.split('\n');
    for (; heard < lines.length - 1; heard++) hear?.(lines[heard] ?? '', child);
  });
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ hung, code, signal, out, err });
    });
  });
}

/** npx and npm find the command in a folder beside the project: the files of the user stay as they are. */
function launched(
  wrapper: Wrapper | undefined,
  command: string,
  root: string,
  words: readonly string[],
): [string, ...string[]] {
  const plain: [string, ...string[]] = [process.execPath, command, ...words];
  if (wrapper === undefined) return plain;
  const line = plain.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  if (wrapper === 'shell') return ['sh', '-c', `${line}; exit $?`];
  const prefix = `${root}.npm`;
  mkdirSync(path.join(prefix, 'node_modules/.bin'), { recursive: true });
  writeFileSync(
    path.join(prefix, 'package.json'),
    JSON.stringify({ name: 'wrapper', scripts: { study: `cd '${root}' && ${line}` } }),
  );
  symlinkSync(command, path.join(prefix, 'node_modules/.bin/pipeline'));
  return wrapper === 'npm'
    ? ['npm', '--prefix', prefix, '--silent', 'run', 'study']
    : ['npx', '--prefix', prefix, '--no-install', '--call', line];
}
