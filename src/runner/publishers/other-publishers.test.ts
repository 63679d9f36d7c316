import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import type { Fingerprint } from '../../formats/identity.ts';
import type * as Load from '../config/load.ts';
import { lockFileOf } from '../config/lock-file.ts';
import { openLockfile } from '../lockfile/lockfile.ts';
import { EXECUTION, pipelineOf } from '../project.test-support.ts';
import { otherPublishers } from './other-publishers.ts';

/** Called when a pipeline was read, and before its reader goes on. */
const interruption = vi.hoisted(() => ({ act: (): void => undefined }));

vi.mock('../config/load.ts', async (original) => {
  const load = await original<typeof Load>();
  return {
    ...load,
    loadPipeline: async (...given: Parameters<typeof Load.loadPipeline>) => {
      const loaded = await load.loadPipeline(...given);
      interruption.act();
      return loaded;
    },
  };
});

const publishing = (place: string) =>
  JSON.stringify({
    stages: { report: { command: 'make ${outputs.out}', outputs: { out: { file: 'r.txt', publish: place } } } },
  });

/** A project whose report was published by another pipeline file, and the places that are found to be taken. */
async function published(otherFile: string, files: Readonly<Record<string, string>>) {
  const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'publishers-')));
  onTestFinished(() => {
    rmSync(root, { recursive: true });
    interruption.act = () => undefined;
  });
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const lock = openLockfile(lockFileOf(path.join(root, otherFile)));
  if (!lock.ok) throw new Error(lock.error.message);
  const [instance] = pipelineOf(root, { report: { outputs: {} } }).instances;
  lock.value.set(instance!.id, {
    format: 1,
    fingerprint: digestOf('report') as Fingerprint,
    instance: instance!.id,
    stage: 'report',
    axes: {},
    identity: {
      format: 1,
      code: { kind: 'command', template: 'make' },
      params: {},
      axes: {},
      env: {},
      inputs: {},
      outputs: {},
    },
    sources: {},
    origins: {},
    outputs: {},
    execution: EXECUTION,
  });
  await lock.value.save(() => true);
  const own = pipelineOf(root, {});
  const taken = async () => {
    const found = await otherPublishers(own, path.join(root, 'cache'));
    return found.flatMap(({ file, places }) =>
      places.map((place) => `${path.relative(root, place.path)} by ${path.relative(root, file)}`),
    );
  };
  return { root, write, taken };
}

test('a pipeline file whose base was broken for a while keeps its places afterwards', async () => {
  const { write, taken } = await published('other.json', {
    'other.json': JSON.stringify({ extends: './base.json' }),
    'base.json': publishing('out.txt'),
  });
  expect(await taken()).toEqual(['out.txt by other.json']);
  write('base.json', '{');
  expect(await taken()).toEqual([]);
  write('base.json', publishing('out.txt'));
  expect(await taken()).toEqual(['out.txt by other.json']);
});

test('a base that appears in place of an installed one counts', async () => {
  const { write, taken } = await published('other.json', {
    'other.json': JSON.stringify({ extends: 'shared/base.json' }),
    'node_modules/shared/base.json': publishing('installed.txt'),
  });
  expect(await taken()).toEqual(['installed.txt by other.json']);
  write('shared/base.json', publishing('own.txt'));
  expect(await taken()).toEqual(['own.txt by other.json']);
});

test('a file that is saved while it is read counts as it was saved', async () => {
  const { write, taken } = await published('other.json', { 'other.json': publishing('before.txt') });
  interruption.act = () => {
    write('other.json', publishing('after-the-save.txt'));
    interruption.act = () => undefined;
  };
  await taken();
  expect(await taken()).toEqual(['after-the-save.txt by other.json']);
});

test('a change of the project root moves the places', async () => {
  const { write, taken } = await published('pipelines/other.json', {
    'package.json': '{}',
    'pipelines/other.json': publishing('out.txt'),
  });
  expect(await taken()).toEqual(['out.txt by pipelines/other.json']);
  write('pipelines/package.json', '{}');
  expect(await taken()).toEqual(['pipelines/out.txt by pipelines/other.json']);
});

test.each(['c.json', 'c.jsonc', 'c.json5', 'c'])('the pipeline file of c.lock.json is found as %s', async (file) => {
  const { taken } = await published(file, { [file]: publishing('out.txt') });
  expect(await taken()).toEqual([`out.txt by ${file}`]);
});
