import { expect, test } from 'vitest';
import { openEngine } from './index.ts';
import { initialise } from '../learn/nn/initialise.ts';
import { initialiseClassifier } from '../learn/nn/heads.ts';
import { resnet, structureOf } from '../learn/nn/resnet.ts';
import { classifierStep } from '../learn/train/classify.ts';
import { initialMemory } from '../learn/nn/optimiser.ts';
import { recipe, viewSpecs, drawViews } from '../learn/augment/index.ts';
import { random } from '../util/random.ts';

test.each([['resnet-small', 32, 16, ['eager', 'onnxruntime']], ['resnet18', 64, 32, ['onnxruntime']]] as const)('%s', { timeout: 200000 }, async (name, size, B, engines) => {
  const network = resnet(name);
  const { params, stats } = initialise(network, ['x', 1]);
  const head = initialiseClassifier(structureOf(network).features, 4, ['h', 1]);
  const optimiser = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 } as const;
  const all = { ...params, ...head };
  const r = recipe('skin', { size });
  const results = [];
  for (const e of engines) {
    const engine = await openEngine(e, { threads: 2 });
    const t0 = performance.now();
    const step = await engine.compile(classifierStep({ network, optimiser, classWeights: [1, 1, 1, 1] }) as never, {
      state: { params: all, stats, memory: initialMemory(optimiser, all) },
      inputs: { images: { dtype: 'uint8', shape: [B, size, size, 3] }, view: viewSpecs(r, B, size), labels: { dtype: 'int32', shape: [B] }, rate: { dtype: 'float32', shape: [] } },
    } as never);
    const t1 = performance.now();
    const src = random('img');
    const images = { dtype: 'uint8', shape: [B, size, size, 3], data: Uint8Array.from({ length: B * size * size * 3 }, () => src.integer(256)) };
    const labels = { dtype: 'int32', shape: [B], data: Int32Array.from({ length: B }, (_, i) => i % 4) };
    const indices = Array.from({ length: B }, (_, i) => i);
    const losses = [];
    const times = [];
    for (let i = 0; i < (e === 'eager' ? 2 : 12); i++) {
      const t = performance.now();
      const out = await step.run({ images, labels, view: drawViews(r, { seed: 1, epoch: i, indices, view: 0, sourceSize: size }), rate: { dtype: 'float32', shape: [], data: Float32Array.of(0.01) } } as never) as any;
      times.push(performance.now() - t);
      losses.push(out.loss.data[0]);
    }
    times.sort((a, b) => a - b);
    console.log(name, e, 'compile', t1 - t0, 'img/s', (B * 1000) / times[0]!, (B * 1000) / times[times.length >> 1]!, losses.slice(0, 3));
    results.push(losses.slice(0, 2));
  }
  if (results.length > 1) expect(Math.abs(results[0]![1]! - results[1]![1]!)).toBeLessThan(1e-3);
});
