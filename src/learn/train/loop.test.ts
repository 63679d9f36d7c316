import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { HostTensor, Tree } from '../../tensor/host-tensor.ts';
import { train, type CompiledTrainingStep, type Training, type TrainingContext } from './loop.ts';

/** A "network" of one number that moves by its input. It reveals the order and number of steps, bit by bit. */
function counter(loss: (fed: number) => number = (fed) => fed) {
  let value = 1;
  const fed: number[] = [];
  const step: CompiledTrainingStep<number> = {
    run: (input) => {
      fed.push(input);
      value = Math.fround(value * 1.0001 + input);
      return Promise.resolve({ loss: scalar(loss(input)) });
    },
    readState: () =>
      Promise.resolve({
        params: { w: scalar(value) },
        stats: { m: scalar(value / 2) },
        optimizerState: { velocity: { w: scalar(-value) } },
      }),
    writeState: (state) => {
      value = (state as unknown as { params: { w: HostTensor } }).params.w.data[0]!;
      return Promise.resolve();
    },
  };
  return { step, fed };
}

const scalar = (value: number): HostTensor => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });

/** A share of the time for checkpoints that allows one after every step. */
const ALWAYS = Infinity;

let checkpoint: string;
let warnings: string[];
let recorded: Record<string, string>;
beforeEach(async () => {
  [warnings, recorded] = [[], {}];
  checkpoint = await mkdtemp(join(tmpdir(), 'loop-'));
});
afterEach(() => rm(checkpoint, { recursive: true }));

const watch = (changes: Partial<TrainingContext> = {}): TrainingContext => ({
  checkpoint,
  signal: new AbortController().signal,
  progress: () => undefined,
  metric: () => undefined,
  warn: (text) => warnings.push(text),
  record: (notes) => Object.assign(recorded, notes),
  ...changes,
});

const ENGINE = { engine: 'onnxruntime', version: '1.30.0', device: 'cpu', threads: 2 };

/** 3 epochs of 4 steps, fed 1, 2, ... 12. */
const plan = (
  step: CompiledTrainingStep<number>,
): Training<number, { epoch: number; loss: number; earlier: number }> => ({
  epochs: 3,
  stepsPerEpoch: 4,
  imagesPerStep: 8,
  step,
  engine: ENGINE,
  feed: ({ step: at }) => Promise.resolve(at + 1),
  endOfEpoch: ({ epoch, means, rows }) => Promise.resolve({ epoch, loss: means.loss!, earlier: rows.length }),
});

test('every step is fed once and in order, and rows hold the means of their epoch', async () => {
  const { step, fed } = counter();
  const { rows } = await train(plan(step), watch());
  expect(fed).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(rows).toEqual([
    { epoch: 1, loss: 2.5, earlier: 0 },
    { epoch: 2, loss: 6.5, earlier: 1 },
    { epoch: 3, loss: 10.5, earlier: 2 },
  ]);
});

test('a step that never waits does not keep out what comes from outside', async () => {
  const { step } = counter();
  const turns: number[] = [];
  const outside = setInterval(() => turns.push(turns.length), 1);
  const busy: CompiledTrainingStep<number> = {
    ...step,
    run: (input) => {
      for (const end = performance.now() + 3; performance.now() < end;);
      return step.run(input);
    },
  };
  await train(plan(busy), watch(), 0);
  clearInterval(outside);
  expect(turns.length).toBeGreaterThanOrEqual(10); // of 12 steps
});

test.each([1, 3, 4, 6, 8, 11])(
  'stopped after step %i and started again, it ends with the same bits',
  async (stopAfter) => {
    const whole = await train(plan(counter().step), watch({ checkpoint: join(checkpoint, 'whole') }));

    const stop = new AbortController();
    const interrupted = counter();
    const run = train(
      plan(interrupted.step),
      watch({
        signal: stop.signal,
        progress: ({ done }) => {
          if (done === 8 * stopAfter) stop.abort(new Error('stopped'));
        },
      }),
    );
    await expect(run).rejects.toThrow('stopped');

    const resumed = counter();
    expect(await train(plan(resumed.step), watch())).toEqual(whole);
    expect([...interrupted.fed, ...resumed.fed]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  },
);

test('a kill costs what came after the last checkpoint, and no more', async () => {
  const whole = await train(plan(counter().step), watch({ checkpoint: join(checkpoint, 'whole') }));
  const broken = counter();
  const run: CompiledTrainingStep<number>['run'] = (input) =>
    input === 6 ? Promise.reject(new Error('killed')) : broken.step.run(input);
  await expect(train(plan({ ...broken.step, run }), watch(), ALWAYS)).rejects.toThrow('killed');
  expect(await readdir(checkpoint)).toContain('checkpoint.safetensors');

  const resumed = counter();
  expect(await train(plan(resumed.step), watch())).toEqual(whole);
  expect(resumed.fed[0]).toBe(6);
});

test.each([
  ['another engine', { engine: 'xla', device: 'NVIDIA H200' }, 'xla (device NVIDIA H200)'],
  ['another number of threads', { ...ENGINE, threads: 4 }, 'onnxruntime (version 1.30.0, device cpu, threads 4)'],
])('a resume on %s is told and recorded; one on the same engine is not', async (_, engine, name) => {
  const broken = counter();
  const run: CompiledTrainingStep<number>['run'] = (input) =>
    input === 6 ? Promise.reject(new Error('killed')) : broken.step.run(input);
  await expect(train(plan({ ...broken.step, run }), watch(), ALWAYS)).rejects.toThrow('killed');
  expect([warnings, recorded]).toEqual([[], {}]);

  await train({ ...plan(counter().step), engine }, watch());
  const before = 'onnxruntime (version 1.30.0, device cpu, threads 2)';
  expect(warnings).toEqual([expect.stringContaining(`was begun on ${before}, and goes on with ${name}.`)]);
  expect(recorded).toEqual({ begunOn: before });
});

test('a training that had ended gives its result again without a step', async () => {
  const first = await train(plan(counter().step), watch(), ALWAYS);
  const again = counter();
  expect(await train(plan(again.step), watch())).toEqual(first);
  expect(again.fed).toEqual([]);
});

test('the model is the one after the last step', async () => {
  const { last } = await train(plan(counter().step), watch());
  let value = 1;
  const after = Array.from({ length: 12 }, (_, i) => (value = Math.fround(value * 1.0001 + i + 1)));
  expect(last.params.w!.data[0]).toBe(after[11]);
});

test('a loss that is not finite stops with epoch and step', async () => {
  const { step } = counter((fed) => (fed === 7 ? NaN : fed));
  await expect(train(plan(step), watch())).rejects.toThrow('The loss became NaN in epoch 2, step 3.');
});

test('progress counts images to the total', async () => {
  const seen: string[] = [];
  await train(
    plan(counter().step),
    watch({ progress: ({ done, total, unit, note }) => seen.push(`${done}/${total} ${unit}, ${note}`) }),
  );
  expect([seen[0], seen.at(-1), seen.length]).toEqual(['8/96 images, epoch 1/3', '96/96 images, epoch 3/3', 12]);
});

test('each number of a row is reported by its epoch; after a resume those of the checkpoint first', async () => {
  const told: [string, number, number][] = [];
  const stop = new AbortController();
  const { step } = counter();
  const nested: Training<number, { epoch: number; loss: number; validation: { auc: number | null } }> = {
    ...plan(step),
    endOfEpoch: ({ epoch, means }) =>
      Promise.resolve({ epoch, loss: means.loss!, validation: { auc: epoch === 2 ? null : epoch / 10 } }),
  };
  const metric = (...each: [string, number, number]): void => void told.push(each);
  const progress = ({ done }: { done: number }): void => {
    if (done >= 5 * 8) stop.abort(new Error('stopped'));
  };
  await expect(train(nested, watch({ signal: stop.signal, progress, metric }))).rejects.toThrow('stopped');
  expect(told).toEqual([
    ['loss', 2.5, 1],
    ['validation/auc', 0.1, 1],
  ]);
  told.length = 0;
  await train(nested, watch({ metric }));
  expect(told).toEqual([
    ['loss', 2.5, 1],
    ['validation/auc', 0.1, 1],
    ['loss', 6.5, 2],
    ['loss', 10.5, 3],
    ['validation/auc', 0.3, 3],
  ]);
});

test('a state of any depth and dtype survives a checkpoint', async () => {
  const { readCheckpoint, writeCheckpoint } = await import('./checkpoint.ts');
  const tensors: Tree<HostTensor> = {
    a: { 'b.c': { dtype: 'int32', shape: [2], data: Int32Array.of(-1, 5) }, d: { e: scalar(0.1) } },
    f: { dtype: 'bool', shape: [1], data: Uint8Array.of(1) },
  };
  await writeCheckpoint(checkpoint, { tensors, progress: { sums: { loss: 0.1 + 0.2 } } });
  expect(await readCheckpoint(checkpoint)).toEqual({ tensors, progress: { sums: { loss: 0.1 + 0.2 } } });
});
