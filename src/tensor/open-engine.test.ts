import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { GpuError, openEngine } from './index.ts';
import { GRANTED_GPUS } from '../util/granted-gpus.ts';

/** A user without an added engine. */
function withVariables(variables: Readonly<Record<string, string>>): void {
  const cache = mkdtempSync(path.join(os.tmpdir(), 'cache-'));
  for (const [name, value] of Object.entries({ XDG_CACHE_HOME: cache, ...variables })) vi.stubEnv(name, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(cache, { recursive: true });
  });
}

test('where a GPU was granted, no engine for processors is opened in place of one for GPUs', async () => {
  withVariables({ [GRANTED_GPUS]: '1' });
  await expect(openEngine('auto')).rejects.toThrow(GpuError);
  await expect(openEngine('auto')).rejects.toThrow('Add one: pipeline engine add xla');
  expect((await openEngine('eager')).name).toBe('eager');
});

test("a user's own CUDA_VISIBLE_DEVICES is no grant", async () => {
  withVariables({ CUDA_VISIBLE_DEVICES: 'GPU-1111' });
  expect((await openEngine('auto', { threads: 1 })).name).toBe('onnxruntime');
});
