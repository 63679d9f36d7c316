/** Counts a command's calls to the file system about a project. */
import type * as Fs from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { bundleModule, type Bundler } from './code/bundle.ts';
import { project, type Sketch } from './project.test-support.ts';

const calls = vi.hoisted(() => ({ made: new Map<string, number>() }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof Fs>();
  const counted = <F extends (file: never, ...rest: never[]) => unknown>(what: string, call: F) =>
    ((file: never, ...rest: never[]) => {
      const key = `${what} ${String(file)}`;
      calls.made.set(key, (calls.made.get(key) ?? 0) + 1);
      return call(file, ...rest);
    }) as unknown as F;
  return {
    ...fs,
    statSync: counted('stat', fs.statSync as never),
    lstatSync: counted('stat', fs.lstatSync as never),
    openSync: counted('open', fs.openSync as never),
    readdirSync: counted('list', fs.readdirSync as never),
  };
});

beforeEach(() => {
  calls.made.clear();
});

/** The calls about inputs and sources, without those about the store. */
const asked = (root: string) =>
  new Map(
    [...calls.made]
      .filter(([key]) => key.includes(root) && !key.includes('cache'))
      .map(([key, count]) => [key.replace(`${root}/`, ''), count]),
  );

const data = { kind: 'path', path: 'data', optional: false } as const;
const table = { kind: 'path', path: 'table.csv', optional: false } as const;
const body = { kind: 'module', module: 'stage.ts' } as const;
/** Eight instances that share their inputs and their code. */
const STAGES: Sketch = Object.fromEntries(
  Array.from({ length: 8 }, (_, seed) => [
    `train:seed=${seed}`,
    { body, inputs: { data, table }, params: { seed }, outputs: { o: 'o.bin' } },
  ]),
);
const FILES = {
  'data/a.bin': 'a',
  'data/deep/b.bin': 'b',
  'table.csv': '1,2',
  'stage.ts': 'export default () => 1;\n',
};
const EXPECTED = {
  'stat data': 1,
  'list data': 1,
  'list data/deep': 1,
  'stat data/a.bin': 1,
  'stat data/deep/b.bin': 1,
  'stat table.csv': 1,
};

test('a plan looks at each file once, reads it once and bundles each module once, however many instances share them', async () => {
  const bundle = vi.fn<Bundler>(bundleModule);
  const p = project({ files: FILES, stages: STAGES, bundle });
  const opened = await p.open();
  calls.made.clear();
  await opened.planner.plan(opened.pipeline.instances, { force: new Set() });
  const counts = asked(p.root);
  expect(Object.fromEntries(Object.keys(EXPECTED).map((key) => [key, counts.get(key)]))).toEqual(EXPECTED);
  expect(Object.fromEntries([...counts].filter(([key]) => key.startsWith('open')))).toEqual({
    'open data/a.bin': 1,
    'open data/deep/b.bin': 1,
    'open table.csv': 1,
  });
  expect(bundle).toHaveBeenCalledTimes(1);
  await opened.close();
});

test('where nothing changed, the next command looks at each file and source once, and reads and bundles nothing', async () => {
  const bundle = vi.fn<Bundler>(bundleModule);
  const p = project({ files: FILES, stages: STAGES, bundle });
  await p.run(
    Object.fromEntries(
      Object.keys(STAGES).map((id) => [
        id,
        (bench) => {
          bench.write('o', id);
        },
      ]),
    ),
  );
  await vi.waitUntil(
    async () => {
      // A file must be unchanged for a moment before its cached facts are trusted.
      calls.made.clear();
      await p.plan();
      return [...asked(p.root).keys()].every((key) => !key.startsWith('open'));
    },
    { timeout: 10_000 },
  );
  calls.made.clear();
  bundle.mockClear();
  expect([...(await p.plan()).values()].map(({ kind }) => kind)).toEqual(Object.keys(STAGES).map(() => 'fresh'));
  const counts = asked(p.root);
  expect([...counts].filter(([key, count]) => count > 1 && !key.includes('lock.json'))).toEqual([]);
  expect(Object.fromEntries(Object.keys(EXPECTED).map((key) => [key, counts.get(key)]))).toEqual(EXPECTED);
  expect(counts.get('stat stage.ts')).toBe(1);
  expect(bundle).not.toHaveBeenCalled();
});
