/**
 * A server of the installed MLflow for a database in a file, as long as an export lasts. The tables of the database
 * change between versions, so nobody but MLflow itself writes them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, openSync, closeSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MlflowError } from './mlflow-error.ts';

const START_MS = 120_000;
const STOP_MS = 10_000;
const LOG_LINES = 5;

/**
 * Calls `work` with the address of the server. Artifacts go to `mlartifacts` beside the database, which is where MLflow
 * looks for them if its server is started in that folder. Throws MlflowError.
 */
export async function withOwnServer<T>(database: string, work: (url: string) => Promise<T>): Promise<T> {
  const folder = path.dirname(database);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const log = path.join(os.tmpdir(), `pretext-mlflow-${randomBytes(6).toString('hex')}.log`);
  const server = start(database, folder, port, log);
  const stopNow = (): void => {
    signal(server, 'SIGKILL');
  };
  process.once('exit', stopNow);
  const forward = SIGNALS.map((name) => [name, onSignal(name, server)] as const);
  try {
    const url = `http://127.0.0.1:${port}`;
    await untilItAnswers(url, server, log);
    return await work(url);
  } finally {
    await stop(server);
    process.off('exit', stopNow);
    for (const [name, listener] of forward) process.off(name, listener);
    rmSync(log, { force: true });
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The server has a process group of its own, which Ctrl-C does not reach. */
function onSignal(name: NodeJS.Signals, server: ChildProcess): () => void {
  const listener = (): void => {
    signal(server, 'SIGKILL');
    process.off(name, listener);
    process.kill(process.pid, name);
  };
  process.on(name, listener);
  return listener;
}

function start(database: string, folder: string, port: number, log: string): ChildProcess {
  const output = openSync(log, 'w', 0o600);
  const words = ['server', '--backend-store-uri', `sqlite:///${database}`, '--host', '127.0.0.1'];
  const server = spawn('mlflow', [...words, '--port', String(port), '--workers', '1'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  return server;
}

async function untilItAnswers(url: string, server: ChildProcess, log: string): Promise<void> {
  let fault: NodeJS.ErrnoException | undefined;
  server.once('error', (error: NodeJS.ErrnoException) => {
    fault = error;
  });
  for (const until = Date.now() + START_MS; Date.now() < until;) {
    if (fault !== undefined) throw notInstalled(fault);
    if (server.exitCode !== null || server.signalCode !== null)
      throw new MlflowError(`mlflow server ended at once: ${lastLines(log)}`);
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new MlflowError(`mlflow server did not answer in ${START_MS / 1000} s: ${lastLines(log)}`);
}

function notInstalled(fault: NodeJS.ErrnoException): MlflowError {
  if (fault.code !== 'ENOENT') return new MlflowError(`mlflow cannot be started: ${fault.message}`);
  return new MlflowError('the program mlflow is not there, and only MLflow itself may write its database', {
    remedy: 'pip install mlflow, and activate its environment; or start a server elsewhere, and use --to http://...',
  });
}

function lastLines(log: string): string {
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return lines.slice(-LOG_LINES).join(' / ');
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) {
    signal(server, 'SIGKILL'); // workers may live on
    return;
  }
  const ended = new Promise((resolve) => server.once('close', resolve));
  signal(server, 'SIGTERM');
  await Promise.race([ended, sleep(STOP_MS, undefined, { ref: false })]);
  signal(server, 'SIGKILL');
}

function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It is gone.
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('Internal error: a server without a port.');
  return address.port;
}
