import { expect, test } from 'vitest';
import { studyFixture } from './study.test-support.ts';
import { flat, settingsOf } from './settings.ts';
import type { Execution } from './study.ts';

const template = studyFixture().provenance[0]!;
const execution = (stage: string, params: Execution['params'], notes: Execution['notes'] = {}): Execution => ({
  ...template,
  stage,
  params,
  notes,
});

test('of stages that train, each parameter has one cell for each stage: equal values once, different ones side by side', () => {
  const { stages, budgets } = settingsOf([
    execution('ingest', { size: 32 }),
    execution('pretrain', { epochs: 20, optimizer: { name: 'sgd', momentum: 0.9 } }),
    execution('finetune', { epochs: 5, seed: 0 }),
    execution('finetune', { epochs: 5, seed: 1 }),
  ]);
  expect(stages).toEqual(['pretrain', 'finetune']);
  expect(Object.fromEntries(budgets.map(({ name, values }) => [name, values]))).toEqual({
    epochs: ['20', '5'],
    'optimizer.name': ['sgd', ''],
    'optimizer.momentum': ['0.9', ''],
    seed: ['', '0, 1'],
  });
});

test('networks and layers drawn at random are named once', () => {
  const { networks, drawn } = settingsOf([
    execution('imagenet', { network: 'resnet18' }, { layersDrawnAtRandom: ['layer4', 'fc'] }),
    execution('imagenet', { network: 'resnet18' }, { layersDrawnAtRandom: ['fc'] }),
    execution('probe', { network: 'resnet50' }),
  ]);
  expect(networks).toEqual(['resnet18', 'resnet50']);
  expect(drawn).toEqual(['layer4', 'fc']);
});

test('nested parameters are named by their path, lists stay whole', () => {
  expect([...flat({ a: { b: { c: null } }, list: [1, 'x'], text: 'sgd', flag: false })]).toEqual([
    ['a.b.c', 'null'],
    ['list', '[1,"x"]'],
    ['text', 'sgd'],
    ['flag', 'false'],
  ]);
});
