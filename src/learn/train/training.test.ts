import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine } from '../../tensor/index.ts';
import type { Engine } from '../../tensor/engine.ts';
import { recipe } from '../augment/index.ts';
import { initialiseClassifier } from '../nn/heads.ts';
import { initialise } from '../nn/initialise.ts';
import type { Optimiser } from '../nn/optimiser.ts';
import { openLearningData, type LearningData } from './data.ts';
import { fitClassifier, type FitSettings } from './fit-classifier.ts';
import type { HostModel, Watch } from './loop.ts';
import { pretrainSimclr, type PretrainSettings } from './pretrain-simclr.ts';
import { CLASSES, SIZE, TINY, writeSquares } from './test-data.ts';

const ENGINES = ['eager', 'onnxruntime'] as const;
const SGD: Optimiser = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 };
const FIT: FitSettings = { network: TINY, classes: CLASSES, epochs: 4, batch: 10, rate: 0.1, warmUp: 1, optimiser: SGD, recipe: recipe('none', { size: SIZE }), classWeights: 'balanced', seed: 1 };
const SIMCLR: PretrainSettings = { network: TINY, epochs: 3, batch: 8, rate: 0.1, warmUp: 0, temperature: 0.5, optimiser: SGD, recipe: recipe('xray', { size: SIZE }), probeEvery: 2, seed: 1 };

let paths: Awaited<ReturnType<typeof writeSquares>>;
let data: LearningData;
beforeAll(async () => {
  paths = await writeSquares();
  data = await openLearningData(paths);
});
afterAll(async () => {
  await data.images.close();
  await rm(paths.folder, { recursive: true });
});

const backbone = (): HostModel => initialise(TINY, ['test', 1]);
const classifier = (): HostModel => ({ params: { ...backbone().params, ...initialiseClassifier(6, 3, ['test', 1]) }, stats: backbone().stats });

function watch(folder: string, stopAt = Infinity): Watch {
  const stop = new AbortController();
  const progress: Watch['progress'] = ({ done }) => { if (done >= stopAt) stop.abort(new Error('stopped')); };
  return { checkpoint: join(paths.folder, folder), signal: stop.signal, progress };
}

async function using<T>(name: (typeof ENGINES)[number], use: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openEngine(name, { threads: 1 });
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}

test.each(ENGINES)('on %s a classifier learns colours, is selected by validation, and resumes to the same bits', async (name) => {
  await using(name, async (engine) => {
    const fit = await fitClassifier(engine, FIT, data, classifier(), watch(`fit-${name}`));
    expect(fit.rows).toHaveLength(4);
    expect(fit.rows.at(-1)!.train.loss).toBeLessThan(fit.rows[0]!.train.loss);
    const best = fit.rows.find(({ epoch }) => epoch === fit.best)!;
    expect(best.validation.auc).toBe(Math.max(...fit.rows.map((row) => row.validation.auc)));
    expect(best.validation.auc).toBeGreaterThan(0.9);

    const probabilities = await fit.probabilities(data.split.validation);
    expect(probabilities).toHaveLength(18 * 3);
    for (let i = 0; i < 18; i++) expect(probabilities[3 * i]! + probabilities[3 * i + 1]! + probabilities[3 * i + 2]!).toBeCloseTo(1, 5);
    const right = data.split.validation.filter((index, i) => probabilities[3 * i + (index % 3)] === Math.max(...probabilities.subarray(3 * i, 3 * i + 3)));
    expect(right.length / 18).toBeCloseTo(best.validation.accuracy, 5);

    await expect(fitClassifier(engine, FIT, data, classifier(), watch(`stopped-${name}`, 80))).rejects.toThrow('stopped');
    const resumed = await fitClassifier(engine, FIT, data, classifier(), watch(`stopped-${name}`));
    expect(resumed.rows).toEqual(fit.rows);
    expect(resumed.model).toEqual(fit.model);
  });
});

test.each(ENGINES)('on %s SimCLR trains, probes when asked, drops its head, and resumes to the same bits', async (name) => {
  await using(name, async (engine) => {
    const { rows, encoder } = await pretrainSimclr(engine, SIMCLR, data, backbone(), watch(`simclr-${name}`));
    expect(rows.map(({ epoch, knn }) => [epoch, knn !== null])).toEqual([[1, false], [2, true], [3, true]]);
    expect(rows.at(-1)!.loss).toBeLessThan(rows[0]!.loss);
    expect(Object.keys(encoder.params)).toEqual(Object.keys(backbone().params));
    for (const [tensor, { data: before }] of Object.entries(backbone().params)) expect(encoder.params[tensor]!.data, tensor).not.toEqual(before);

    await expect(pretrainSimclr(engine, SIMCLR, data, backbone(), watch(`simclr-stopped-${name}`, 32))).rejects.toThrow('stopped');
    const resumed = await pretrainSimclr(engine, SIMCLR, data, backbone(), watch(`simclr-stopped-${name}`));
    expect(resumed).toEqual({ rows, encoder });
  });
});

test('SimCLR reads training and validation images, never a test image', async () => {
  const seen = new Set<number>();
  const spied: LearningData = { ...data, images: { ...data.images, read: (indices, into) => (Array.from(indices, (index) => seen.add(index)), data.images.read(indices, into)) } };
  await using('eager', (engine) => pretrainSimclr(engine, { ...SIMCLR, epochs: 1 }, spied, backbone(), watch('spied')));
  expect(data.split.test.filter((index) => seen.has(index))).toEqual([]);
  expect(data.split.train.filter((index) => !seen.has(index))).toEqual([]);
});

test('a batch that cannot be filled says how large it may be', async () => {
  await using('eager', (engine) =>
    expect(pretrainSimclr(engine, { ...SIMCLR, batch: 25 }, data, backbone(), watch('large'))).rejects.toThrow('A batch of 25 images cannot be filled: the training part has 24. Set "batch" to 24 or less.'),
  );
});

test('a split without validation images cannot select an epoch', async () => {
  const blind = { ...data, split: { ...data.split, validation: [] } };
  await using('eager', (engine) => expect(fitClassifier(engine, FIT, blind, classifier(), watch('blind'))).rejects.toThrow('the split has 24 and 0'));
});

test('both engines take the same steps', async () => {
  const [fits, encoders] = [[], []] as [Awaited<ReturnType<typeof fitClassifier>>[], Awaited<ReturnType<typeof pretrainSimclr>>[]];
  for (const name of ENGINES) {
    await using(name, async (engine) => {
      fits.push(await fitClassifier(engine, { ...FIT, epochs: 1, rate: 0.01 }, data, classifier(), watch(`same-fit-${name}`)));
      encoders.push(await pretrainSimclr(engine, { ...SIMCLR, epochs: 1, rate: 0.01 }, data, backbone(), watch(`same-simclr-${name}`)));
    });
  }
  expectClose(fits[0]!.model, fits[1]!.model);
  expectClose(encoders[0]!.encoder, encoders[1]!.encoder);
  expect(encoders[1]!.rows[0]!.uniformity).toBeCloseTo(encoders[0]!.rows[0]!.uniformity, 3);
});

function expectClose(a: HostModel, b: HostModel): void {
  for (const part of ['params', 'stats'] as const) {
    for (const [tensor, { data: values }] of Object.entries(a[part])) {
      const farthest = Math.max(...values.map((value, i) => Math.abs(value - b[part][tensor]!.data[i]!)));
      expect(farthest, tensor).toBeLessThan(1e-4);
    }
  }
}
