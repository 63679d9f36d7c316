import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readClassifier } from './classifier-weights.ts';
import { initializeClassifier } from './heads.ts';
import { initializeResNet } from './initialize.ts';
import { resnet } from './resnet.ts';
import { writeWeights } from './weights.ts';

const NETWORK = resnet('resnet-small');
const ABOUT = { architecture: 'resnet-small', stem: 'cifar', classes: 'a,b,c' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'classifier-'));
});
afterAll(() => rm(folder, { recursive: true }));

const body = initializeResNet(NETWORK, ['classifier', 1]);
const model = { params: { ...body.params, ...initializeClassifier(64, 3, ['classifier', 1]) }, stats: body.stats };

async function written(
  name: string,
  changes: { params?: typeof model.params; about?: Record<string, string> } = {},
): Promise<string> {
  const path = join(folder, `${name}.safetensors`);
  await writeWeights(path, { ...model, params: changes.params ?? model.params }, changes.about ?? ABOUT);
  return path;
}

test('what was written is read back, network and all', async () => {
  expect(await readClassifier(await written('whole'), ['a', 'b', 'c'])).toEqual({ network: NETWORK, model });
});

test('a file that does not say what it is, or knows other classes, is refused', async () => {
  await expect(
    readClassifier(await written('silent', { about: { architecture: 'resnet-small' } }), ['a', 'b', 'c']),
  ).rejects.toThrow('does not name its network and classes');
  await expect(readClassifier(await written('other'), ['a', 'b'])).rejects.toThrow(
    'tells apart a,b,c, but the classes of the data set are a,b.',
  );
});

test('a file without a head, with one of another shape, or without a layer, is refused', async () => {
  await expect(readClassifier(await written('body', { params: body.params }), ['a', 'b', 'c'])).rejects.toThrow(
    'fc.weight is missing, wanted float32 [3, 64].',
  );
  const small = { ...model.params, ...initializeClassifier(32, 3, ['classifier', 1]) };
  await expect(readClassifier(await written('small', { params: small }), ['a', 'b', 'c'])).rejects.toThrow(
    'fc.weight is float32 [3, 32], wanted float32 [3, 64].',
  );
  const params = Object.fromEntries(Object.entries(model.params).filter(([name]) => name !== 'layer1.0.conv1.weight'));
  await expect(readClassifier(await written('holed', { params }), ['a', 'b', 'c'])).rejects.toThrow(
    'has no layer1.0.conv1: a whole resnet-small is needed.',
  );
});
