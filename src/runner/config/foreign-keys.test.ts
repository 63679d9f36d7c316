import { expect, test } from 'vitest';
import { load } from './project.test-support.ts';

const remedyFor = async (pipeline: object) => {
  const loaded = await load({ 'pipeline.json': pipeline });
  return loaded.ok ? [] : loaded.error.diagnostics.map(({ code, suggestion, remedy }) => [code, suggestion, remedy]);
};
const stageWith = (key: string) => ({ stages: { a: { [key]: ['x'], command: 'true' } } });

test.each([
  ['deps', 'inputs'],
  ['outs', 'outputs'],
  ['cmd', 'command'],
  ['needs', 'inputs'],
  ['run', 'command'],
  ['depends_on', 'inputs'],
  ['dependsOn', 'inputs'],
  ['foreach', 'matrix'],
  ['desc', 'description'],
  ['threads', 'resources'],
  ['timeout-minutes', 'timeout'],
  ['wdir', undefined],
  ['working-directory', undefined],
  ['metrics', undefined],
  ['plots', undefined],
  ['always_changed', undefined],
])('the key %s of another program is met with the key that means the same', async (key, suggestion) => {
  expect(await remedyFor(stageWith(key))).toEqual([
    ['unknown-key', suggestion, expect.not.stringContaining('Allowed here') as string],
  ]);
});

test('a command under "shell", as Snakemake has it, is told where it belongs', async () => {
  expect(await remedyFor({ stages: { a: { shell: 'python train.py' } } })).toEqual([
    ['no-body', undefined, 'The command itself goes under "command". "shell" names the program that runs it.'],
    ['wrong-value', undefined, undefined],
  ]);
});

test('a stage whose only body is a key of another program is told once', async () => {
  expect(await remedyFor({ stages: { a: { cmd: 'python train.py' } } })).toMatchObject([
    ['unknown-key', 'command', {}],
  ]);
});

test('keys at the top and in outputs are known too; any other key gets the list of allowed keys', async () => {
  expect(await remedyFor({ vars: {}, stages: {} })).toMatchObject([['unknown-key', 'params', {}]]);
  expect(await remedyFor({ jobs: { a: {} } })).toMatchObject([['unknown-key', 'stages', {}]]);
  const outputs = { o: { path: 'o.txt' } };
  const faults = await remedyFor({ stages: { a: { command: 'true', outputs } } });
  expect(faults).toContainEqual(['unknown-key', 'file', expect.any(String) as string]);
  expect(await remedyFor(stageWith('zzz'))).toEqual([
    ['unknown-key', undefined, expect.stringContaining('Allowed here') as string],
  ]);
});
