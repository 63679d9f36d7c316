import { expect, test } from 'vitest';
import { comparePrecisions } from './compare-precisions.ts';
import { openEngine } from './index.ts';
import { testedEngines } from './test-engines.test-support.ts';

test.each(testedEngines('onnxruntime'))('%s has one precision, so there is nothing to compare', async (name) => {
  const engine = await openEngine(name);
  expect(await comparePrecisions(engine)).toBeUndefined();
  await engine.dispose();
});

test.each(testedEngines('tensorflow'))('%s takes its time in either precision', async (name) => {
  const engine = await openEngine(name);
  const times = await comparePrecisions(engine);
  for (const precision of ['float32', 'bfloat16'] as const) expect(times?.[precision]).toBeGreaterThan(0);
  expect(Math.max(...Object.values(times ?? {}))).toBeLessThan(Infinity);
  await engine.dispose();
});
