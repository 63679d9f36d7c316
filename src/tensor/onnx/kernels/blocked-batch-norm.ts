/**
 * Batch normalisation on blocked images. Sums are pools, sums of products are depthwise convolutions of one tensor with
 * the other, and x * a + b is a depthwise 1x1 convolution, which also includes a following addition and ReLU.
 */
import type { Value } from '../../graph/node.ts';
import { imageSides } from '../../graph/sides.ts';
import type { Inputs } from '../../graph/signatures.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import type { Context } from './kernel.ts';

/** Returns true if the images are blocked. */
export function blockedBatchNorm(
  { x, scale, offset }: Inputs<'BatchNormTraining', Value>,
  epsilon: number,
  { lowering, results: { y, mean, variance } }: Context<'BatchNormTraining'>,
): boolean {
  if (lowering.layout(x) !== 'blocked') return false;
  const { model } = lowering;
  const images = lowering.get(x, 'blocked');
  const means = batchMean(lowering, perImageMean(lowering, images, x));
  const squares = model.op('Mul', [batchSum(lowering, dot(lowering, images, images, x)), model.scalar(1 / countOf(x))]);
  // One pass instead of two: rounding can leave a little less than nothing.
  const variances = model.op('Relu', [model.op('Sub', [squares, model.op('Mul', [means, means])])]);
  lowering.set(mean, 'plain', means);
  lowering.set(variance, 'plain', variances);
  const factor = model.op('Mul', [lowering.get(scale), inverseDeviation(lowering, variances, epsilon)]);
  const shift = model.op('Sub', [lowering.get(offset), model.op('Mul', [means, factor])]);
  lowering.defer(y, { x: images, filter: asFilter(lowering, factor, x), bias: shift, attributes: pointwise(x) });
  return true;
}

/** dx = a dy + b x + c for every channel, from the sums of dy and of dy x (Ioffe and Szegedy 2015, section 3). */
export function blockedBatchNormGradient(
  { dy, x, scale, mean, variance }: Inputs<'BatchNormTrainingGrad', Value>,
  epsilon: number,
  { lowering, results: { dx, dScale, dOffset } }: Context<'BatchNormTrainingGrad'>,
): boolean {
  if (lowering.layout(x) !== 'blocked') return false;
  const { model } = lowering;
  const [images, gradient] = [lowering.get(x, 'blocked'), lowering.get(dy, 'blocked')];
  const [means, inverses] = [lowering.get(mean), inverseDeviation(lowering, lowering.get(variance), epsilon)];
  const meanGradient = batchMean(lowering, perImageMean(lowering, gradient, x));
  const sum = model.op('Mul', [meanGradient, model.scalar(countOf(x))]);
  const product = batchSum(lowering, dot(lowering, gradient, images, x));
  const gradientOfScale = model.op('Mul', [model.op('Sub', [product, model.op('Mul', [means, sum])]), inverses]);
  const a = model.op('Mul', [lowering.get(scale), inverses]);
  const b = model.op('Mul', [
    model.op('Mul', [model.op('Mul', [a, inverses]), gradientOfScale]),
    model.scalar(-1 / countOf(x)),
  ]);
  const c = model.op('Neg', [model.op('Add', [model.op('Mul', [a, meanGradient]), model.op('Mul', [b, means])])]);
  const fromImages = lowering.convolve({
    x: images,
    filter: asFilter(lowering, b, x),
    bias: c,
    attributes: pointwise(x),
  });
  lowering.defer(dx, { x: gradient, filter: asFilter(lowering, a, x), sum: fromImages, attributes: pointwise(x) });
  lowering.set(dScale, 'plain', gradientOfScale);
  lowering.set(dOffset, 'plain', sum);
  return true;
}

const channelsOf = ({ shape }: Value): number => imageSides(shape).channels;

function countOf({ shape }: Value): number {
  const { batch, height, width } = imageSides(shape);
  return batch * height * width;
}

const pointwise = (x: Value) => ({ kernel_shape: [1, 1], group: channelsOf(x) });
const asFilter = (lowering: Lowering, factors: Name, x: Value): Name =>
  lowering.reshape(factors, [channelsOf(x), 1, 1, 1]);

/** 1 / sqrt(variance + epsilon) */
export const inverseDeviation = ({ model }: Lowering, variances: Name, epsilon: number): Name =>
  model.op('Reciprocal', [model.op('Sqrt', [model.op('Add', [variances, model.scalar(epsilon)])])]);

/** [N, C] */
function perImageMean(lowering: Lowering, images: Name, { shape }: Value): Name {
  const { batch, channels } = imageSides(shape);
  const pooled = lowering.model.op('GlobalAveragePool', [images], {}, 'com.microsoft.nchwc');
  return lowering.reshape(pooled, [batch, channels]);
}

/** The sum of products over height and width, [N, C]: every plane of `a` is convolved with the same plane of `b`. */
function dot(lowering: Lowering, a: Name, b: Name, { shape }: Value): Name {
  const { batch, height, width, channels } = imageSides(shape);
  const planes = batch * channels;
  const products = lowering.convolve({
    x: lowering.reshape(a, [1, planes, height, width]),
    filter: lowering.reshape(b, [planes, 1, height, width]),
    attributes: { kernel_shape: [height, width], group: planes },
  });
  return lowering.reshape(products, [batch, channels]);
}

const batchMean = ({ model }: Lowering, name: Name): Name =>
  model.op('ReduceMean', [name, model.integers([0])], { keepdims: 0 });
const batchSum = ({ model }: Lowering, name: Name): Name =>
  model.op('ReduceSum', [name, model.integers([0])], { keepdims: 0 });
