/** First values, as torchvision draws them. */
import { random, type KeyPart } from '../../util/random.ts';
import { sizeOf, type HostTensor } from '../../tensor/host-tensor.ts';
import { resnetStructure, convNormsOf, type ConvNorm, type ResNet } from './resnet.ts';
import { detectorStructure, HEAD_WIDTH } from './detector.ts';
import { UNET_HEAD, unetStructure } from './unet.ts';
import type { Model } from './variables.ts';
import { last } from '../../util/known.ts';

export type RandomKey = readonly [KeyPart, ...KeyPart[]];

/** Values that are already known (weights read from a file), by name: these are not drawn. */
export type KnownTensors = Readonly<Record<string, HostTensor<'float32'>>>;

/**
 * Convolutions (HWIO) from a normal distribution of variance 2 / fan-out (K. He et al., "Delving Deep into
 * Rectifiers", ICCV 2015), batch normalizations as the identity. Each tensor has a random stream of its own, so that
 * giving some of them does not change the others.
 */
export function initializeResNet(
  network: ResNet,
  key: RandomKey,
  options: { given?: KnownTensors; zeroGamma?: boolean } = {},
): Model<HostTensor<'float32'>> {
  const { given = {}, zeroGamma = false } = options;
  // With the last scale of a block at zero the block starts as its shortcut (P. Goyal et al., arXiv 1706.02677,
  // section 5.1).
  const lastOfBlocks = resnetStructure(network).blocks.map(({ main }) => last(main).norm);
  return initializeConvNorms(convNormsOf(network), key, { given, zero: new Set(zeroGamma ? lastOfBlocks : []) });
}

/** The decoder and the head of a U-Net of that encoder: units as above, the head uniform after X. Glorot, bias zero. */
export function initializeUnetDecoder(network: ResNet, classes: number, key: RandomKey): Model<HostTensor<'float32'>> {
  const { blocks, width } = unetStructure(network);
  const { params, stats } = initializeConvNorms(
    blocks.flatMap(({ units }) => units),
    key,
  );
  const bound = Math.sqrt(6 / (9 * (width + classes)));
  const head = {
    [`${UNET_HEAD}.weight`]: uniform([3, 3, width, classes], bound, [...key, `${UNET_HEAD}.weight`]),
    [`${UNET_HEAD}.bias`]: constantVector(classes, 0),
  };
  return { params: { ...params, ...head }, stats };
}

/**
 * The decoder and the heads of a detector: units as above. The hidden layers of the heads follow K. He, their last
 * layers are normal with a deviation of 0.001, and every cell is taken for a center with a probability of 0.1 at
 * first, as in CenterNet.
 */
export function initializeDetector(network: ResNet, classes: number, key: RandomKey): Model<HostTensor<'float32'>> {
  const { blocks, width, heads } = detectorStructure(network, classes);
  const { params, stats } = initializeConvNorms(
    blocks.flatMap(({ units }) => units),
    key,
  );
  const layers = heads.flatMap(({ name, outputs }) => [
    [`${name}.0.weight`, normal([3, 3, width, HEAD_WIDTH], Math.sqrt(2 / (9 * width)), [...key, `${name}.0.weight`])],
    [`${name}.0.bias`, constantVector(HEAD_WIDTH, 0)],
    [`${name}.2.weight`, normal([1, 1, HEAD_WIDTH, outputs], 0.001, [...key, `${name}.2.weight`])],
    [`${name}.2.bias`, constantVector(outputs, name === 'centers' ? CENTER_BIAS : 0)],
  ]);
  return { params: { ...params, ...(Object.fromEntries(layers) as KnownTensors) }, stats };
}

/** The logit of 0.1. */
const CENTER_BIAS = -Math.log(9);

function initializeConvNorms(
  units: readonly ConvNorm[],
  key: RandomKey,
  { given = {}, zero = new Set() }: { given?: KnownTensors; zero?: ReadonlySet<string> } = {},
): Model<HostTensor<'float32'>> {
  const params: Record<string, HostTensor<'float32'>> = {};
  const stats: Record<string, HostTensor<'float32'>> = {};
  for (const { convolution, norm, kernel, input, output } of units) {
    const weight = `${convolution}.weight`;
    const deviation = Math.sqrt(2 / (kernel * kernel * output));
    params[weight] = given[weight] ?? normal([kernel, kernel, input, output], deviation, [...key, weight]);
    const scale = zero.has(norm) ? 0 : 1;
    params[`${norm}.weight`] = given[`${norm}.weight`] ?? constantVector(output, scale);
    params[`${norm}.bias`] = given[`${norm}.bias`] ?? constantVector(output, 0);
    stats[`${norm}.running_mean`] = given[`${norm}.running_mean`] ?? constantVector(output, 0);
    stats[`${norm}.running_var`] = given[`${norm}.running_var`] ?? constantVector(output, 1);
  }
  return { params, stats };
}

/** A linear layer `name` ([output, input] and [output]), uniform within 1 / sqrt(input) as PyTorch's. */
export function initializeLinear(
  name: string,
  input: number,
  output: number,
  key: RandomKey,
): Record<string, HostTensor<'float32'>> {
  const bound = 1 / Math.sqrt(input);
  return {
    [`${name}.weight`]: uniform([output, input], bound, [...key, `${name}.weight`]),
    [`${name}.bias`]: uniform([output], bound, [...key, `${name}.bias`]),
  };
}

function normal(shape: readonly number[], deviation: number, key: RandomKey): HostTensor<'float32'> {
  const source = random(...key);
  const data = new Float32Array(sizeOf(shape));
  // A loop: `Float32Array.from` takes several times as long for millions of values.
  for (let i = 0; i < data.length; i++) data[i] = deviation * source.normal();
  return { dtype: 'float32', shape, data };
}

function uniform(shape: readonly number[], bound: number, key: RandomKey): HostTensor<'float32'> {
  const source = random(...key);
  return {
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, () => bound * (2 * source.uniform() - 1)),
  };
}

/** A vector of one value. */
export function constantVector(length: number, value: number): HostTensor<'float32'> {
  return { dtype: 'float32', shape: [length], data: new Float32Array(length).fill(value) };
}
