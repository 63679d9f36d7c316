import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import type { JsonObject } from '../../util/json.ts';
import type { Fingerprint, InstanceId } from '../../formats/identity.ts';
import type { RunRecord } from '../../formats/run-record.ts';
import { openLockfile } from './lockfile.ts';
import { EXECUTION, project } from '../project.test-support.ts';

function lockFile() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'lock-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'pipeline.lock.json');
  const open = () => {
    const opened = openLockfile(file);
    if (!opened.ok) throw new Error(opened.error.message);
    return opened.value;
  };
  return { file, open, text: () => readFileSync(file, 'utf8') };
}

const all = () => true;
const BUNDLE = digestOf('bundle');

function record(id: string, params: JsonObject = {}): RunRecord {
  return {
    format: 1,
    fingerprint: digestOf(id + JSON.stringify(params)) as Fingerprint,
    instance: id as InstanceId,
    stage: id,
    axes: {},
    identity: {
      format: 1,
      code: { kind: 'module', bundle: BUNDLE, packages: { lib: '1.0.0' } },
      params,
      axes: {},
      env: {},
      inputs: { none: { kind: 'none' } },
      outputs: { o: { kind: 'file', file: 'o.txt' } },
    },
    sources: { 'a.ts': digestOf('a') },
    origins: {},
    outputs: { o: { kind: 'file', file: 'o.txt', digest: digestOf('o'), bytes: 1 } },
    execution: EXECUTION,
  };
}

test('what was set is read back, and what instances share stands once', async () => {
  const { open, text } = lockFile();
  const lock = open();
  for (const id of ['b', 'a']) lock.set(id as InstanceId, record(id, { rate: 0.1 }));
  await lock.save(all);
  const { fingerprint, identity, sources, outputs } = record('a', { rate: 0.1 });
  expect(open().get('a' as InstanceId)).toEqual({ fingerprint, identity, sources, outputs });
  expect(text().match(/"a\.ts"/g)).toHaveLength(1);
});

test('its text does not depend on the order in which instances finished', async () => {
  const [one, two] = [lockFile(), lockFile()];
  for (const [file, ids] of [
    [one, ['a', 'b', 'C']],
    [two, ['C', 'b', 'a']],
  ] as const) {
    const lock = file.open();
    for (const id of ids) {
      lock.set(id as InstanceId, record(id));
      await lock.save(all);
    }
  }
  expect(one.text()).toBe(two.text());
  expect([...one.text().matchAll(/^ {4}"(\w)": /gm)].map(([, id]) => id)).toEqual(['C', 'a', 'b']);
});

test('what is set to what it was already is not written', async () => {
  const { file, open } = lockFile();
  const lock = open();
  lock.set('a' as InstanceId, record('a'));
  await lock.save(all);
  rmSync(file);
  lock.set('a' as InstanceId, record('a'));
  await lock.save(all);
  expect(() => readFileSync(file)).toThrow('ENOENT');
});

test('two commands at once keep each other’s entries', async () => {
  const { open, text } = lockFile();
  const [one, two] = [open(), open()];
  one.set('a' as InstanceId, record('a'));
  await one.save(all);
  two.set('b' as InstanceId, record('b'));
  await two.save(all);
  one.set('c' as InstanceId, record('c'));
  await one.save(all);
  expect(Object.keys((JSON.parse(text()) as { instances: object }).instances)).toEqual(['a', 'b', 'c']);
});

test('instances that finish at the same moment are all in it', async () => {
  const { open } = lockFile();
  const lock = open();
  const ids = Array.from({ length: 20 }, (_, i) => `s${i}`);
  await Promise.all(
    ids.map(async (id) => {
      lock.set(id as InstanceId, record(id));
      await lock.save(all);
    }),
  );
  expect(ids.filter((id) => open().get(id as InstanceId) === undefined)).toEqual([]);
});

test('entries outside the selection stay; those of stages that are gone, or whose axes have other names, go', async () => {
  const stages = {
    'make:seed=0': { outputs: { n: 'n.txt' } },
    'make:seed=1': { outputs: { n: 'n.txt' } },
    old: { outputs: { n: 'n.txt' } },
  };
  const p = project({ stages });
  const work = Object.fromEntries(
    ['make:seed=0', 'make:seed=1', 'old', 'make:other=1', 'make:seed=2'].map((id) => [
      id,
      (bench: { write(output: string, text: string): void }) => {
        bench.write('n', id);
      },
    ]),
  );
  const ids = () => Object.keys((JSON.parse(p.read('pipeline.lock.json')) as { instances: object }).instances);
  await p.run(work);
  expect(ids()).toEqual(['make:seed=0', 'make:seed=1', 'old']);
  p.change({ 'make:seed=2': { outputs: { n: 'n.txt' } } });
  await p.run(work);
  expect(ids()).toEqual(['make:seed=0', 'make:seed=1', 'make:seed=2']);
  p.change({ 'make:other=1': { outputs: { n: 'n.txt' } } });
  await p.run(work);
  expect(ids()).toEqual(['make:other=1']);
});
