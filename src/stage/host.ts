/**
 * The process that runs one module stage: `node host.js <job.json>`. It makes the Stage object, calls the module's
 * default export, and reports to the runner, one JSON message per line on file descriptor 3.
 */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { createStage } from './create-stage.ts';
import type { Stage } from './stage.ts';
import { findPackagesFor } from './project-packages.ts';
import type { Job, Message } from './protocol.ts';
import { at } from '../util/known.ts';

const MESSAGES = 3;

const line = openLine();
const job = JSON.parse(readFileSync(at(process.argv, 2), 'utf8')) as Job;
const stopping = new AbortController();
process.on('SIGTERM', () => {
  stopping.abort(new Error('The runner asked the stage to stop.'));
});
// Errors of user code outside of its returned promise: in a timer, or in a promise that nobody awaits.
process.on('uncaughtException', fail);
process.on('beforeExit', () => {
  fail(
    new Error(
      'The stage function never settles: it awaits a promise, and no timer or connection is left that could settle it.',
    ),
  );
});

const { stage, flush } = createStage(job, send, stopping.signal);
run().then(succeed, fail);

async function run(): Promise<void> {
  findPackagesFor(job.source, job.module, process.cwd());
  const { default: entry } = (await import(pathToFileURL(job.module).href)) as { default?: unknown };
  if (typeof entry !== 'function')
    throw new TypeError(
      `The module of ${job.stage} has no default export to call. Write "export default async function (stage: ` +
        'Stage) { ... }".',
    );
  await (entry as (stage: Stage) => unknown)(stage);
}

function succeed(): void {
  flush();
  send({ type: 'usage', peakMemoryBytes: process.resourceUsage().maxRSS * 1024 });
  send({ type: 'done' }, () => process.exit(0));
}

/**
 * The log gets everything, with the user's own TypeScript lines; the runner the message. The lines of an error that is
 * about data, and not about code, would only hide its message.
 */
function fail(error: unknown): void {
  const isExpected = error instanceof Error && 'isExpected' in error && error.isExpected === true;
  process.stderr.write(`${isExpected ? error.message : inspect(error)}\n`);
  flush();
  const { message, stack } =
    error instanceof Error ? error : new Error(typeof error === 'string' ? error : inspect(error));
  send({ type: 'failed', message, ...(stack !== undefined && { stack }) }, () => process.exit(1));
}

function send(message: Message, sent?: () => void): void {
  line.write(`${JSON.stringify(message)}\n`, (error) => {
    if (!error) sent?.(); // otherwise the line's own handler ends the process
  });
}

/** When the runner dies, however it dies, its end closes, and the stage must not outlive it. */
function openLine(): Socket {
  const die = (error?: NodeJS.ErrnoException): void => {
    if (error?.code !== 'EBADF') process.kill(process.pid, 'SIGKILL');
    process.stderr.write(
      'The stage closed file descriptor 3, its channel to the runner. A stage may close only its own descriptors.\n',
    );
    process.exit(1);
  };
  // Not waited for: a stage whose work can never settle must end, not hang.
  return new Socket({ fd: MESSAGES, readable: true, writable: true })
    .on('end', () => {
      die();
    })
    .on('error', die)
    .resume()
    .unref();
}
