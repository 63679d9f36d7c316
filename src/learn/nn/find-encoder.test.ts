import { expect, test } from 'vitest';
import { findEncoder } from './find-encoder.ts';

const WANTED = ['conv1.weight', 'bn1.weight', 'layer1.0.conv1.weight', 'layer4.1.bn2.bias'];
const under = (prefix: string, names = WANTED) => names.map((name) => prefix + name);
const NUMBERED = ['0.weight', '1.weight', '4.0.conv1.weight', '7.1.bn2.bias'];

test.each([
  ['torchvision and timm', under(''), ''],
  ['parallel training', under('module.'), 'module.'],
  [
    'MoCo: the query encoder, not the one that follows it',
    [...under('module.encoder_k.'), ...under('module.encoder_q.')],
    'module.encoder_q.',
  ],
  ['SimSiam', [...under('module.encoder.'), 'module.predictor.0.weight'], 'module.encoder.'],
  ['BYOL: the online encoder', [...under('target_encoder.'), ...under('online_encoder.')], 'online_encoder.'],
  ['Lightning', under('model.backbone.'), 'model.backbone.'],
  ['solo-learn', [...under('backbone.'), ...under('momentum_backbone.')], 'backbone.'],
])('%s', (_, names, prefix) => {
  const encoder = findEncoder(['projector.0.weight', ...names], WANTED);
  expect(encoder?.prefix).toBe(prefix);
  expect([...(encoder?.nameOf ?? [])]).toEqual(WANTED.map((name) => [name, prefix + name]));
});

test.each(['', 'backbone.', 'module.backbone.'])(
  'a numbered sequence below "%s", as lightly and RadImageNet save it',
  (prefix) => {
    const encoder = findEncoder(under(prefix, NUMBERED), WANTED);
    expect([...(encoder?.nameOf.values() ?? [])]).toEqual(under(prefix, NUMBERED));
  },
);

test('a part of a network is found, and the encoder with more of it wins', () => {
  const encoder = findEncoder([...under('small.', WANTED.slice(0, 1)), ...under('large.', WANTED.slice(0, 3))], WANTED);
  expect(encoder?.prefix).toBe('large.');
  expect(encoder?.nameOf.size).toBe(3);
});

test('no name of the network: no encoder', () => {
  expect(findEncoder(['embeddings.weight', 'myconv1.weight'], WANTED)).toBeUndefined();
});
