import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Plan } from '../plan.ts';
import { heldBackNotices } from './held-back-notice.ts';

function store(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'store-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

const planOf = (kind: 'run' | 'fresh', more: object = {}): Plan =>
  ({
    entries: [{ instance: { env: [], secrets: [], resources: {}, ...more }, verdict: { kind, reasons: [] } }],
  }) as unknown as Plan;

const outer = { PATH: '/bin', LD_LIBRARY_PATH: '/cuda', HF_HOME: '/hf', HTTP_PROXY: '', EDITOR: 'vi' };

test('variables that change what programs find are told once per store, with the entry that passes them', async () => {
  const folder = store();
  expect(await heldBackNotices(folder, planOf('fresh'), outer)).toEqual([]);
  expect(await heldBackNotices(folder, planOf('run'), outer)).toEqual([
    'HF_HOME, LD_LIBRARY_PATH are set in your shell and not passed to stages. "env": ["HF_HOME", ' +
      '"LD_LIBRARY_PATH"] in a stage passes them; their values count for its fingerprint then. This is said once.',
  ]);
  expect(await heldBackNotices(folder, planOf('run'), outer)).toEqual([]);
  expect(await heldBackNotices(folder, planOf('run'), { ...outer, PYTHONPATH: '/lib' })).toEqual([
    expect.stringMatching(/^PYTHONPATH is set in your shell and not passed to stages\./),
  ]);
  expect(await heldBackNotices(store(), planOf('run', { env: ['HF_HOME', 'LD_LIBRARY_PATH'] }), outer)).toEqual([]);
});

test('a choice of cards is told where no stage asks for a card', async () => {
  const cards = { CUDA_VISIBLE_DEVICES: '1' };
  const folder = store();
  expect(await heldBackNotices(folder, planOf('run', { resources: { gpu: 1 } }), cards)).toEqual([]);
  expect(await heldBackNotices(folder, planOf('run'), cards)).toEqual([expect.stringContaining('"gpu": 1')]);
  expect(await heldBackNotices(folder, planOf('run'), cards)).toEqual([]);
});
