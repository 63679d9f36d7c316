/**
 * What only this engine does: it leaves the thread alone, gives its state's memory on, and tells its products'
 * precision.
 */
import { setImmediate as turn } from 'node:timers/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { checkEngine } from '../check.ts';
import { openEager } from '../eager/engine.ts';
import type { Engine } from '../engine.ts';
import { simplify } from '../graph/simplify.ts';
import { float32, type HostTensor } from '../host-tensor.ts';
import { testedEngines } from '../test-engines.test-support.ts';
import { trace } from '../trace/trace.ts';
import { openXla, textOf } from './engine.ts';
import { NEWER_PLUGIN } from './installation/parts.ts';
import { findXla } from './installation/place.ts';

const isTested = testedEngines('xla').length > 0;
const found = findXla(['cpu']);

const filled = (shape: number[], value: number): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape,
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value),
});

/** Where XLA is not tested, another engine keeps its place, and no test runs. */
const open = (plugin: string | undefined): Engine =>
  isTested && plugin !== undefined ? openXla({ plugin }) : openEager();

describe.skipIf(!isTested)('the engine xla', () => {
  const engine = open(found?.plugin);
  afterAll(() => engine.dispose());

  /** x, multiplied by itself a few times; some hundred milliseconds on a processor. */
  const slowStep = (side: number) =>
    engine.compile(
      ({ state, inputs }: { state: { count: tf.Tensor }; inputs: { x: tf.Tensor } }) => {
        let product = inputs.x;
        for (let i = 0; i < 6; i++) product = tf.mul(tf.matMul(product as tf.Tensor2D, inputs.x as tf.Tensor2D), 1e-3);
        return { state: { count: tf.add(state.count, 1) }, outputs: { sum: tf.sum(product) } };
      },
      { state: { count: filled([], 0) }, inputs: { x: float32([side, side]) } },
    );

  test('computes on threads of its own: this thread goes on meanwhile', async () => {
    const step = await slowStep(1400);
    const x = filled([1400, 1400], 0.01);
    await step.run({ x });
    /** The longest time between two turns of this thread, as a share of the run. */
    const pauseInRun = async (): Promise<number> => {
      const began = performance.now();
      let [longest, last, isRunning] = [0, began, true];
      const running = step.run({ x }).finally(() => {
        isRunning = false;
      });
      while (isRunning) {
        await turn();
        const now = performance.now();
        [longest, last] = [Math.max(longest, now - last), now];
      }
      await running;
      return longest / (last - began);
    };
    // A busy machine may take the processor away for most of a run, but not of each one; a held thread waits in each.
    let pause = 1;
    for (let attempt = 0; attempt < 10 && pause >= 0.5; attempt++) pause = await pauseInRun();
    expect(pause).toBeLessThan(0.5);
    await step.dispose();
  });

  test('refuses a step that is used while it runs, and lets a run end before the step is disposed of', async () => {
    const step = await slowStep(300);
    const x = filled([300, 300], 0.01);
    const first = step.run({ x });
    await expect(step.run({ x })).rejects.toThrow('Internal error: a step was used while it was running.');
    await step.dispose();
    expect((await first).sum.shape).toEqual([]);
    await expect(step.readState()).rejects.toThrow('Internal error: a step was used while it was disposed.');
  });

  test('may be disposed of twice', async () => {
    const other = open(found?.plugin);
    await other.dispose();
    await expect(other.dispose()).resolves.toBeUndefined();
  });

  test('refuses TF32 on a processor, which would compute in float32', async () => {
    const compiled = engine.compile(
      ({ inputs }: { state: object; inputs: { x: tf.Tensor } }) => ({ state: {}, outputs: { y: tf.neg(inputs.x) } }),
      { state: {}, inputs: { x: float32([2]) } },
      { precision: 'tf32' },
    );
    await expect(compiled).rejects.toThrow('The engine "xla" computes in float32 or bfloat16. NVIDIA GPUs have TF32');
  });

  test('runs two steps at the same time', async () => {
    const [a, b] = [await slowStep(300), await slowStep(200)];
    const both = await Promise.all([a.run({ x: filled([300, 300], 0.01) }), b.run({ x: filled([200, 200], 0.01) })]);
    const alone = [await a.run({ x: filled([300, 300], 0.01) }), await b.run({ x: filled([200, 200], 0.01) })];
    expect(both).toEqual(alone);
    for (const step of [a, b]) await step.dispose();
  });

  test('keeps one copy of the state: a step of 256 MiB that runs again and again takes no more', async () => {
    const side = 8192;
    const step = await engine.compile(
      ({ state }: { state: { w: tf.Tensor }; inputs: object }) => ({
        state: { w: tf.add(state.w, 1) },
        outputs: {},
      }),
      { state: { w: filled([side, side], 0) }, inputs: {} },
    );
    await step.run({});
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 10; i++) await step.run({});
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 2 ** 20);
    expect((await step.readState()).w.data[side]).toBe(11);
    await step.dispose();
  });

  test('agrees with the oracle on a newer plugin too', async () => {
    const newer = openXla({ plugin: path.join(found?.folder ?? '', NEWER_PLUGIN) });
    expect(await checkEngine(newer)).toMatchObject({ agrees: true });
    await newer.dispose();
  });
});

describe('products of float32', () => {
  const { program: traced } = trace(
    (args) => {
      const { x } = args.inputs as { x: tf.Tensor2D };
      return { state: {}, outputs: { y: tf.matMul(x, x) } };
    },
    { state: {}, inputs: { x: float32([2, 2]) } },
  );
  const program = simplify(traced);

  test('are float32 unless TF32 is asked for', () => {
    expect(textOf(program, 'float32')).toContain('precision HIGHEST');
    expect(textOf(program, 'tf32')).not.toContain('precision_config');
    expect(textOf(program, 'tf32')).toContain('dot_general');
  });
});
