import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { leaseGpus } from './gpu-leases.ts';
import { busyGpus, findGpus } from './gpu.ts';

const CARDS = ['GPU-a1', 'GPU-b2', 'GPU-c3'].map((uuid) => ({ uuid, name: 'NVIDIA H200' }));
const three = (): Promise<string[][]> => Promise.resolve(CARDS.map(({ uuid, name }) => [uuid, name]));
const idle = (): Promise<Set<string>> => Promise.resolve(new Set());

function temporary(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gpus-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

test('what nvidia-smi prints is understood', async () => {
  const folder = temporary();
  writeFileSync(
    path.join(folder, 'nvidia-smi'),
    `#!/bin/sh
case "$*" in
  '--query-gpu=uuid,name --format=csv,noheader,nounits') printf 'GPU-a1, NVIDIA H200\\nGPU-b2, NVIDIA H200\\n';;
  '--query-compute-apps=gpu_uuid --format=csv,noheader,nounits') printf 'GPU-b2\\nGPU-b2\\n';;
esac`,
  );
  chmodSync(path.join(folder, 'nvidia-smi'), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH!}`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(await findGpus(undefined)).toEqual(CARDS.slice(0, 2));
  expect(await busyGpus()).toEqual(new Set(['GPU-b2']));
});

test('without nvidia-smi there is no GPU', async () => {
  vi.stubEnv('PATH', temporary());
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(await findGpus(undefined)).toEqual([]);
  expect(await busyGpus()).toEqual(new Set());
});

// CUDA C++ Programming Guide, CUDA_VISIBLE_DEVICES: what follows an invalid entry is invisible too.
test.each([
  [undefined, ['GPU-a1', 'GPU-b2', 'GPU-c3']],
  ['', []],
  ['-1', []],
  ['2,0', ['GPU-c3', 'GPU-a1']],
  ['GPU-b', ['GPU-b2']],
  ['1,9,0', ['GPU-b2']],
  ['1,1', ['GPU-b2']],
])('CUDA_VISIBLE_DEVICES=%s leaves %j', async (visible, uuids) => {
  expect((await findGpus(visible, three)).map(({ uuid }) => uuid)).toEqual(uuids);
});

test('two leases never share a card, and a release gives it back', async () => {
  const folder = temporary();
  const first = await leaseGpus(CARDS, 2, idle, folder);
  expect(first.gpus).toEqual(CARDS.slice(0, 2));
  const second = await leaseGpus(CARDS, 1, idle, folder);
  expect(second.gpus).toEqual(CARDS.slice(2));
  expect(await leaseGpus(CARDS, 1, idle, folder)).toEqual({ gpus: undefined, holders: [`process ${process.pid}`] });
  if (first.gpus) first.release();
  expect((await leaseGpus(CARDS, 1, idle, folder)).gpus).toEqual(CARDS.slice(0, 1));
});

test('a card on which somebody computes is passed over', async () => {
  const folder = temporary();
  expect((await leaseGpus(CARDS, 1, () => Promise.resolve(new Set(['GPU-a1'])), folder)).gpus).toEqual([CARDS[1]]);
  expect(
    await leaseGpus(CARDS, 1, () => Promise.resolve(new Set(CARDS.map(({ uuid }) => uuid))), folder),
  ).toMatchObject({ gpus: undefined });
});

test('who gets too few keeps none', async () => {
  const folder = temporary();
  const first = await leaseGpus(CARDS, 2, idle, folder);
  expect(await leaseGpus(CARDS, 2, idle, folder)).toMatchObject({ gpus: undefined });
  expect((await leaseGpus(CARDS, 1, idle, folder)).gpus).toEqual(CARDS.slice(2));
  expect(first.gpus).toBeDefined();
});
