/**
 * Batch normalization in training (see ../../batch-norm.ts), in float32 whatever the images are: XLA makes few passes
 * of it.
 */
import type { Value } from '../../graph/node.ts';
import type { Inputs, Outputs } from '../../graph/signatures.ts';
import { sizeOf } from '../../host-tensor.ts';
import type { HloLowering } from '../hlo/lowering.ts';
import type { HloValue } from '../hlo/module.ts';
import type { HloContext, HloKernelTable } from './kernel.ts';

type Norm = 'BatchNormTraining';
type NormGradient = 'BatchNormTrainingGrad';
type ContextOf<K extends Norm | NormGradient> = HloContext<Outputs<K, Value>>;

/** All axes but the channels. */
const pixelAxes = ({ shape }: HloValue): number[] => shape.slice(0, -1).map((_, i) => i);
const pixelCount = ({ shape }: HloValue): number => sizeOf(shape.slice(0, -1));
const sumOf = (l: HloLowering, x: HloValue): HloValue => l.reduce('add', x, pixelAxes(x), 0);

function meanOf(l: HloLowering, x: HloValue): HloValue {
  const sum = sumOf(l, x);
  return l.op('divide', [sum, l.fill(pixelCount(x), sum)]);
}

const inverseDeviation = (l: HloLowering, variance: HloValue, epsilon: number): HloValue =>
  l.op('rsqrt', [l.op('add', [variance, l.fill(epsilon, variance)])]);

function forward(
  { x: images, scale, offset }: Inputs<Norm, HloValue>,
  { epsilon }: { readonly epsilon: number },
  { lowering: l }: ContextOf<Norm>,
): Outputs<Norm, HloValue> {
  const x = l.cast(images, 'float32');
  const spread = (perChannel: HloValue): HloValue => l.broadcast(perChannel, x.shape);
  const mean = meanOf(l, x);
  const centered = l.op('subtract', [x, spread(mean)]);
  const variance = meanOf(l, l.op('multiply', [centered, centered]));
  const factor = l.op('multiply', [scale, inverseDeviation(l, variance, epsilon)]);
  const y = l.op('add', [l.op('multiply', [centered, spread(factor)]), spread(offset)]);
  return { y, mean, variance };
}

/** S. Ioffe, C. Szegedy, "Batch Normalization", ICML 2015, section 3. */
function backward(
  { dy: gradient, x: images, scale, mean, variance }: Inputs<NormGradient, HloValue>,
  { epsilon }: { readonly epsilon: number },
  { lowering: l }: ContextOf<NormGradient>,
): Outputs<NormGradient, HloValue> {
  const [dy, x] = [l.cast(gradient, 'float32'), l.cast(images, 'float32')];
  const spread = (perChannel: HloValue): HloValue => l.broadcast(perChannel, x.shape);
  const inverse = inverseDeviation(l, variance, epsilon);
  const normalized = l.op('multiply', [l.op('subtract', [x, spread(mean)]), spread(inverse)]);
  const dOffset = sumOf(l, dy);
  const dScale = sumOf(l, l.op('multiply', [dy, normalized]));
  const count = l.fill(pixelCount(x), dOffset);
  const perPixel = (sum: HloValue): HloValue => spread(l.op('divide', [sum, count]));
  const fromMean = l.op('subtract', [dy, perPixel(dOffset)]);
  const centered = l.op('subtract', [fromMean, l.op('multiply', [normalized, perPixel(dScale)])]);
  const dx = l.op('multiply', [centered, spread(l.op('multiply', [scale, inverse]))]);
  return { dx, dScale, dOffset };
}

export const HLO_BATCH_NORMS = {
  BatchNormTraining: forward,
  BatchNormTrainingGrad: backward,
} satisfies HloKernelTable;
