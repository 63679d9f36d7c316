import { expect, test } from 'vitest';
import { initializeResNet, initializeLinear } from './initialize.ts';
import { resnet } from './resnet.ts';

const network = resnet('resnet-small');
const deviation = (data: ArrayLike<number>) =>
  Math.sqrt(Array.from(data).reduce((sum, value) => sum + value * value, 0) / data.length);

test('convolutions have variance 2 / fan-out, norms are the identity', () => {
  const { params, stats } = initializeResNet(network, ['test', 0]);
  const weight = params['layer3.0.conv2.weight']!; // 64 x 64 x 3 x 3 values: the deviation is known to 0.4 %
  expect(weight.shape).toEqual([3, 3, 64, 64]);
  expect(deviation(weight.data) / Math.sqrt(2 / (9 * 64))).toBeCloseTo(1, 1);
  expect(new Set(params['bn1.weight']!.data)).toEqual(new Set([1]));
  expect(new Set(params['bn1.bias']!.data)).toEqual(new Set([0]));
  expect(new Set(stats['bn1.running_mean']!.data)).toEqual(new Set([0]));
  expect(new Set(stats['bn1.running_var']!.data)).toEqual(new Set([1]));
});

test('equal keys give equal weights, other seeds give others', () => {
  const conv1 = (seed: number) => initializeResNet(network, ['test', seed]).params['conv1.weight']!.data;
  expect(conv1(3)).toEqual(conv1(3));
  expect(conv1(3)).not.toEqual(conv1(4));
});

test('tensors that are given are taken, and the others are drawn as if none were', () => {
  const given = { dtype: 'float32' as const, shape: [3, 3, 3, 16], data: new Float32Array(432).fill(7) };
  const all = initializeResNet(network, ['test', 0]);
  const some = initializeResNet(network, ['test', 0], { given: { 'conv1.weight': given } });
  expect(some.params['conv1.weight']).toBe(given);
  expect({ ...some.params, 'conv1.weight': null }).toEqual({ ...all.params, 'conv1.weight': null });
});

test('zero gamma silences the last norm of every block and no other', () => {
  const { params } = initializeResNet(network, ['test', 0], { zeroGamma: true });
  const silent = Object.keys(params).filter(
    (name) => /(bn\d|downsample\.1)\.weight$/.test(name) && params[name]!.data[0] === 0,
  );
  expect(silent).toEqual(['layer1.0.bn2.weight', 'layer2.0.bn2.weight', 'layer3.0.bn2.weight']);
});

test('linear layers are uniform within one over the root of their inputs', () => {
  const { 'fc.weight': weight, 'fc.bias': bias } = initializeLinear('fc', 400, 30, ['test', 0]);
  expect([weight!.shape, bias!.shape]).toEqual([[30, 400], [30]]);
  const bound = 1 / 20;
  expect(Math.max(...weight!.data)).toBeLessThanOrEqual(bound);
  expect(Math.min(...weight!.data)).toBeGreaterThanOrEqual(-bound);
  expect(deviation(weight!.data) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
});
