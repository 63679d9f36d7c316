/**
 * The process that runs one module stage: `node host.js <job.json>`. It makes the Stage object, calls the module's default
 * export, and tells the runner how it went, one JSON message per line on file descriptor 3.
 */
import { readFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { Stage } from './index.ts';
import type { Job, Message } from './protocol.ts';
import { createStage } from './create-stage.ts';

const MESSAGES = 3;
const LIFELINE = 4;

function send(message: Message): void {
  writeSync(MESSAGES, `${JSON.stringify(message)}\n`);
}

/** When the supervisor dies, however it dies, its end of this pipe closes and the stage must not outlive it. */
function dieWithSupervisor(): void {
  const die = (): void => {
    process.kill(process.pid, 'SIGKILL');
  };
  // Not waited for: a stage whose work can never settle must end, not hang.
  new Socket({ fd: LIFELINE }).on('end', die).on('error', die).resume().unref();
}

async function main(): Promise<void> {
  const job = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as Job;
  const stopping = new AbortController();
  process.on('SIGTERM', () => {
    stopping.abort(new Error('The runner asked the stage to stop.'));
  });
  const { default: entry } = (await import(pathToFileURL(job.module).href)) as { default?: unknown };
  if (typeof entry !== 'function') {
    throw new TypeError(`${job.stage}: the module has no default export to call. Write "export default async function (stage: Stage) { ... }".`);
  }
  const { stage, flush } = createStage(job, send, stopping.signal);
  await (entry as (stage: Stage) => unknown)(stage);
  flush();
}

dieWithSupervisor();
try {
  await main();
  send({ type: 'usage', peakMemoryBytes: process.resourceUsage().maxRSS * 1024 });
  send({ type: 'done' });
  process.exit(0);
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${stack ?? message}\n`);
  send({ type: 'failed', message, ...(stack === undefined ? {} : { stack }) });
  process.exit(1);
}
