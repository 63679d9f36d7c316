import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { GpuWatch, parseGpuLoads } from './gpu-load.ts';

// As nvidia-smi writes it with --format=csv,noheader,nounits.
const H200 = 'GPU-b0f1c2d3-0000-1111-2222-333344445555, NVIDIA H200, 37, 1024, 143771, 31, 121.53';

test('loads are read; a number that a card does not tell is left out', () => {
  expect(parseGpuLoads(`${H200}\n`)).toEqual([
    {
      ...{ uuid: 'GPU-b0f1c2d3-0000-1111-2222-333344445555', name: 'NVIDIA H200', memoryBytes: 143771 * 2 ** 20 },
      ...{ load: 0.37, memory: 1024 / 143771, celsius: 31, watts: 121.53 },
    },
  ]);
  expect(parseGpuLoads('GPU-1, Odd, card, [N/A], [N/A], 100, [N/A], [N/A]\nFailed to initialize NVML: x\n')).toEqual([
    { uuid: 'GPU-1', name: 'Odd, card', memoryBytes: 100 * 2 ** 20 },
  ]);
});

test('one nvidia-smi is started, heard, and ended; none is asked for again where there is none', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'gpu-load-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const program = path.join(folder, 'nvidia-smi');
  writeFileSync(program, `#!/bin/sh\necho "${H200}"\nexec sleep 60\n`);
  chmodSync(program, 0o755);
  const watch = new GpuWatch(program);
  watch.start();
  watch.start();
  await vi.waitFor(() => {
    expect(watch.loads()).toMatchObject([{ name: 'NVIDIA H200', load: 0.37 }]);
  });
  watch.stop();
  const none = new GpuWatch(path.join(folder, 'absent'));
  none.start();
  await new Promise((resume) => setTimeout(resume, 50));
  none.start();
  expect(none.loads()).toEqual([]);
});
