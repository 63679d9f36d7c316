/** The real program, started as the runner starts it, on modules bundled as the runner bundles them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Job, Message } from './protocol.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'host-'));
const HOST = path.join(folder, 'host.mjs');
beforeAll(() => {
  buildSync({
    entryPoints: [path.join(import.meta.dirname, 'host.ts')],
    outfile: HOST,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let count = 0;

function start(
  source: string,
  project = folder,
  packaged = path.join(project, 'stage.ts'),
): {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: string | null; log: string; messages: Message[] }>;
} {
  const place = path.join(folder, String(count++));
  mkdirSync(place);
  const module = path.join(place, 'stage.mjs');
  writeFileSync(path.join(place, 'stage.ts'), source);
  buildSync({
    entryPoints: [path.join(place, 'stage.ts')],
    outfile: module,
    format: 'esm',
    platform: 'node',
    sourcemap: 'linked',
    minifyWhitespace: true,
  });
  const job: Job = {
    module,
    source: packaged,
    id: 'train:seed=0',
    stage: 'train',
    axes: { seed: 0 },
    params: { rate: 0.5 },
    inputs: {},
    outputs: { out: path.join(place, 'out') },
    checkpoint: place,
    resources: {},
    lineage: [],
  };
  writeFileSync(path.join(place, 'job.json'), JSON.stringify(job));
  const child = spawn(process.execPath, ['--enable-source-maps', HOST, path.join(place, 'job.json')], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const said = text(child.stdio[3] as Readable).catch(() => ''); // a test may close it
  const logged = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on('exit', (code, signal) => {
      resolve({ code, signal });
    }),
  ).then(async (end) => ({
    ...end,
    log: (await logged).join(''),
    messages: (await said)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Message),
  }));
  return { child, ended };
}

const run = (source: string, project?: string) => start(source, project).ended;
const types = (messages: readonly Message[]): string[] => messages.map(({ type }) => type);

test('calls the default export with the stage, tells its peak of memory, and that it is done', async () => {
  const { code, messages } = await run(`import { writeFileSync } from 'node:fs';
    export default async (stage) => { stage.metric('rate', stage.params.rate); writeFileSync(stage.output('out'), stage.id); }`);
  expect(code).toBe(0);
  expect(types(messages)).toEqual(['metric', 'usage', 'done']);
  expect(messages[1]).toMatchObject({ peakMemoryBytes: expect.any(Number) as number });
  expect(readFileSync(path.join(folder, '0', 'out'), 'utf8')).toBe('train:seed=0');
});

test('ends with the function, whatever timers and connections it leaves open', async () => {
  const { code, messages } = await run('export default () => { setInterval(() => {}, 1000); }');
  expect(code).toBe(0);
  expect(types(messages)).toEqual(['usage', 'done']);
});

test('a thousand messages sent at once all arrive before the end', async () => {
  const { messages } = await run(
    "export default (stage) => { for (let i = 0; i < 1000; i++) stage.metric('i', 'x'.repeat(1000), i); }",
  );
  expect(messages).toHaveLength(1002);
});

describe('each way to fail is a failure with a message of its own', () => {
  test('an error about data, by its message alone', async () => {
    const { code, messages, log } = await run(
      "export default () => { throw Object.assign(new Error('a.png is broken'), { isExpected: true }); };",
    );
    expect([code, log.trim()]).toEqual([1, 'a.png is broken']);
    expect(messages).toContainEqual(expect.objectContaining({ type: 'failed', message: 'a.png is broken' }));
  });

  test('an exception, with the line of the TypeScript file in the log, and its cause', async () => {
    const { code, messages, log } = await run(
      "\ninterface A { b: string }\nexport default function train() {\n  throw new Error('loss became nan', { " +
        "cause: new RangeError('too big') });\n}",
    );
    expect(code).toBe(1);
    expect(messages.at(-1)).toMatchObject({
      type: 'failed',
      message: 'loss became nan',
      stack: expect.stringMatching(/stage\.ts:4/) as string,
    });
    expect(log).toMatch(/Error: loss became nan\n +at .*stage\.ts:4:9/);
    expect(log).toContain('RangeError: too big');
  });

  test.each([
    ['a rejection', "export default async () => { await null; throw new Error('no'); }", 'no'],
    ['what is no Error', "export default async () => { throw 'no'; }", 'no'],
    [
      'a promise that nobody awaits',
      "export default async () => { void Promise.reject(new Error('lost')); await new Promise((r) => " +
        'setTimeout(r, 1e6)); }',
      'lost',
    ],
    [
      'an exception in a timer',
      "export default () => new Promise(() => setTimeout(() => { throw new Error('late'); }, 1))",
      'late',
    ],
    ['an exception while the module is loaded', "throw new Error('early'); export default () => {}", 'early'],
    [
      'a package that is not installed',
      "import 'not-installed-anywhere'; export default () => {}",
      "Cannot find package 'not-installed-anywhere'",
    ],
    ['a promise that never settles', 'export default () => new Promise(() => {})', 'The stage function never settles'],
    ['no default export', 'export const train = () => {}', 'The module of train has no default export to call.'],
  ])('%s', async (_, source, message) => {
    const { code, messages, log } = await run(source);
    expect(code).toBe(1);
    expect(messages.at(-1)).toMatchObject({ type: 'failed', message: expect.stringContaining(message) as string });
    expect(log).toContain(message);
  });

  test('process.exit(0): the end without "done"', async () => {
    const { code, messages } = await run('export default () => { process.exit(0); }');
    expect(code).toBe(0);
    expect(messages).toEqual([]);
  });
});

test('packages are those of the project, though the bundle lies in a store elsewhere', async () => {
  const project = path.join(folder, 'project');
  mkdirSync(path.join(project, 'node_modules', 'tiny'), { recursive: true });
  writeFileSync(
    path.join(project, 'node_modules', 'tiny', 'package.json'),
    '{ "type": "module", "exports": "./tiny.js" }',
  );
  writeFileSync(path.join(project, 'node_modules', 'tiny', 'tiny.js'), 'export const five = 5;');
  const { messages } = await run(
    "import { five } from 'tiny'; export default (stage) => { stage.metric('five', five); }",
    project,
  );
  expect(messages[0]).toMatchObject({ name: 'five', value: 5 });
});

test('the stage of an installed package finds the packages of that package first', async () => {
  const project = path.join(folder, 'user');
  const lib = (place: string, value: number) => {
    mkdirSync(path.join(project, place), { recursive: true });
    writeFileSync(path.join(project, place, 'package.json'), '{ "type": "module", "exports": "./lib.js" }');
    writeFileSync(path.join(project, place, 'lib.js'), `export const value = ${value};`);
  };
  lib('node_modules/lib', 1);
  lib('node_modules/study/node_modules/lib', 2);
  const source = path.join(project, 'node_modules/study/stage.ts');
  writeFileSync(source, '');
  const { messages } = await start(
    "import { value } from 'lib'; export default (stage) => { stage.metric('value', value); }",
    project,
    source,
  ).ended;
  expect(messages[0]).toMatchObject({ name: 'value', value: 2 });
});

test('progress that was held back is told before a failure', async () => {
  const { messages } = await run(
    "export default (stage) => { stage.progress({ done: 1 }); stage.progress({ done: 2 }); throw new Error('x'); }",
  );
  expect(types(messages)).toEqual(['progress', 'progress', 'failed']);
});

test('SIGTERM aborts the signal of the stage and ends nothing by itself', async () => {
  const { child, ended } = start(
    "export default async (stage) => { console.log('ready'); await new Promise((r) => { const t = setInterval(() " +
      "=> {}, 1000); stage.signal.addEventListener('abort', () => { clearInterval(t); r(); }); }); " +
      'stage.warn(stage.signal.reason.message); }',
  );
  child.stdout!.once('data', () => child.kill('SIGTERM'));
  const { code, messages } = await ended;
  expect(code).toBe(0);
  expect(messages[0]).toEqual({ type: 'warning', message: 'The runner asked the stage to stop.' });
});

test('a stage does not outlive the runner, whose end of the line closes', async () => {
  const { child, ended } = start(
    "export default async () => { console.log('ready'); process.on('SIGTERM', () => {}); await new Promise((r) => " +
      'setTimeout(r, 1e6)); }',
  );
  child.stdout!.once('data', () => child.stdio[3]!.destroy());
  expect(await ended).toMatchObject({ code: null, signal: 'SIGKILL' });
});
