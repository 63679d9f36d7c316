import { expect, test } from 'vitest';
import { chooseCuda } from './choose-cuda.ts';

const smi = (text: string) => () => Promise.resolve({ kind: 'answered' as const, text });

// NVIDIA, "CUDA Compatibility": CUDA 12 runs on drivers from 525 on, CUDA 13 on those from 580 on, and on Turing and
// newer.
test.each([
  ['580.65.06, 9.0\n', 'cuda13'],
  ['580.65.06, 7.5\n', 'cuda13'],
  ['580.65.06, 7.0\n', 'cuda12'],
  ['580.65.06, 9.0\n580.65.06, 6.1\n', 'cuda12'],
  ['575.51.03, 10.0\n', 'cuda12'],
  ['525.60.13, 8.0\n', 'cuda12'],
])('driver and capability %j take %s', async (text, variant) => {
  expect(await chooseCuda(smi(text))).toEqual({ ok: true, value: variant });
});

test('an older driver is refused, with its version', async () => {
  expect(await chooseCuda(smi('470.82.01, 8.0\n'))).toMatchObject({
    ok: false,
    error: { message: 'The driver is version 470, and the engine needs 525 or newer' },
  });
});

test.each([
  [{ kind: 'none' as const }, 'nvidia-smi finds no GPU here'],
  [{ kind: 'failed' as const, message: 'it ended with code 9' }, 'nvidia-smi gives no answer: it ended with code 9'],
])('where there is no answer, the options that need none are named', async (answer, message) => {
  const chosen = await chooseCuda(() => Promise.resolve(answer));
  expect(chosen).toMatchObject({ ok: false, error: { message } });
  expect(chosen.ok ? '' : chosen.error.remedy).toContain('--cuda 12 or --cuda 13');
});
