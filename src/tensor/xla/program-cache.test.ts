import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MemoryError } from '../errors.ts';
import type { HostTensor } from '../host-tensor.ts';
import { testedEngines } from '../test-engines.test-support.ts';
import { openXla } from './engine.ts';
import { findXla } from './installation/place.ts';
import { ERROR_CODES } from './pjrt/api.ts';
import { PjrtClient } from './pjrt/client.ts';
import { PjrtError } from './pjrt/plugin.ts';

const isTested = testedEngines('xla').length > 0;
const plugin = findXla(['cpu'])?.plugin ?? '';

describe.skipIf(!isTested)('compiled programs', () => {
  let folder = '';
  const compile = vi.spyOn(PjrtClient.prototype, 'compile');

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'programs-'));
    compile.mockClear();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Opens an engine, as another process would, and doubles a number with it. */
  async function double(identity = 'one installation', flags = {}): Promise<number | undefined> {
    const engine = openXla({ plugin, flags, cache: { folder, identity } });
    const x: HostTensor<'float32'> = { dtype: 'float32', shape: [], data: Float32Array.of(21) };
    const step = await engine.compile(
      ({ inputs }: { state: object; inputs: { x: tf.Tensor } }) => ({
        state: {},
        outputs: { twice: tf.mul(inputs.x, 2) },
      }),
      { state: {}, inputs: { x: { dtype: 'float32', shape: [] } } },
    );
    const { twice } = await step.run({ x });
    await engine.dispose();
    return twice.data[0];
  }

  test('are kept, and the next process does not compile', async () => {
    expect(await double()).toBe(42);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(await double()).toBe(42);
    expect(compile).toHaveBeenCalledTimes(1);
  });

  test('are those of one installation and its flags: others compile anew', async () => {
    await double();
    await double('another driver');
    await double('one installation', { xla_cpu_enable_fast_math: false });
    expect(compile).toHaveBeenCalledTimes(3);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['changed', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1)! ^ 1])])],
    ['empty', () => Buffer.alloc(0)],
  ])('are not loaded where a file is %s, and replaced', async (_, damage) => {
    await double();
    const [name = ''] = readdirSync(folder);
    const file = path.join(folder, name);
    const whole = readFileSync(file);
    writeFileSync(file, damage(whole));
    expect(await double()).toBe(42);
    expect(compile).toHaveBeenCalledTimes(2);
    expect(readFileSync(file).length).toBe(whole.length);
  });

  test('stay where a load of one finds no memory: the shortage is told, and nothing is compiled or removed', async () => {
    await double();
    const load = vi.spyOn(PjrtClient.prototype, 'load');
    load.mockRejectedValueOnce(new PjrtError('RESOURCE_EXHAUSTED: out of memory', ERROR_CODES.resourceExhausted));
    await expect(double()).rejects.toThrow(MemoryError);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(await double()).toBe(42);
    expect(compile).toHaveBeenCalledTimes(1);
  });

  test('that the plugin does not take are compiled again', async () => {
    await double();
    vi.spyOn(PjrtClient.prototype, 'load').mockRejectedValueOnce(new PjrtError('INTERNAL: another version', 13));
    expect(await double()).toBe(42);
    expect(compile).toHaveBeenCalledTimes(2);
  });

  test('that cannot be kept are compiled each time', async () => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file in place of the folder');
    expect([await double(), await double()]).toEqual([42, 42]);
    expect(compile).toHaveBeenCalledTimes(2);
  });
});
