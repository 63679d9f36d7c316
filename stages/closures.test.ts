/** An edit reaches the stages with the edited file in their bundle, and no others. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bundleModule } from '../src/runner/code/bundle.ts';

const root = path.resolve(import.meta.dirname, '..');
const closures = new Map<string, readonly string[]>();
beforeAll(async () => {
  for (const file of await readdir(import.meta.dirname)) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const made = await bundleModule(root, `stages/${file}`);
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    closures.set(file, Object.keys(made.value.sources));
  }
}, 60_000);

const reached = (source: string): string[] =>
  [...closures].filter(([, sources]) => sources.includes(source)).map(([stage]) => stage);

test.each(['simclr', 'simsiam', 'byol', 'moco', 'swav', 'supcon'])(
  'editing %s reaches its own stage only',
  (method) => {
    expect(reached(`src/learn/ssl/${method}.ts`)).toEqual([`pretrain-${method}.ts`]);
  },
);

test.each(['distill', 'mutual'])('editing %s reaches its own stage only', (method) => {
  expect(reached(`src/learn/train/${method}.ts`)).toEqual([`${method}.ts`]);
});

test('editing the loop of pre-training reaches every method and no classifier', () => {
  expect(reached('src/learn/train/pretrain.ts')).toEqual(
    ['byol', 'moco', 'simclr', 'simsiam', 'supcon', 'swav'].map((method) => `pretrain-${method}.ts`),
  );
});
