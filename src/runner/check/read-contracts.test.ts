/** The real program, on modules as they may be. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { DescribedBundle } from '../../stage/protocol.ts';
import { readContracts } from './read-contracts.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'contracts-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let count = 0;
function module(code: string): DescribedBundle {
  const file = path.join(folder, `${count++}.mjs`);
  writeFileSync(file, code);
  return { bundle: file, source: file };
}

const defined = () =>
  module('const run = () => {}; run.contract = { inputs: {}, params: {}, outputs: {} }; export default run;');
const CONTRACT = { kind: 'contract', contract: { inputs: {}, params: {}, outputs: {} } };

test('a plain function, and a module without a default export, have no contract', async () => {
  const bundles = [module('export default () => {};'), module('export const a = 1;'), defined()];
  expect(await readContracts(folder, bundles)).toEqual([{ kind: 'plain' }, { kind: 'plain' }, CONTRACT]);
});

test('a module that throws or ends the process costs only its own answer', async () => {
  const bundles = [
    module("throw new Error('no engine');"),
    defined(),
    module('process.kill(process.pid, "SIGKILL"); await new Promise(() => setInterval(() => {}, 1000));'),
    defined(),
  ];
  expect(await readContracts(folder, bundles)).toEqual([
    { kind: 'failed', message: 'no engine' },
    CONTRACT,
    { kind: 'failed', message: 'importing it ended the process (SIGKILL)' },
    CONTRACT,
  ]);
}, 60_000);

test.each([
  ['never settles', 'await new Promise(() => setInterval(() => {}, 1000));'],
  ['has nothing left to wait for', 'await new Promise(() => {});'],
])('a module that %s is given up', async (_, code) => {
  expect(await readContracts(folder, [module(code)], 500)).toEqual([
    { kind: 'failed', message: 'importing it took more than 0.5 s' },
  ]);
});
