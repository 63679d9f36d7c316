/**
 * Batch normalization in training (see ../../batch-norm.ts) on standard operators: two passes, so that nothing cancels.
 */
import type { Value } from '../../graph/node.ts';
import type { Inputs } from '../../graph/signatures.ts';
import type { Layout } from '../layout.ts';
import { expandedShape } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import { blockedBatchNorm, blockedBatchNormGradient, inverseDeviation } from './blocked-batch-norm.ts';
import type { Context, KernelTable } from './kernel.ts';

/** x in its layout with the batch's axes named: for images channels first, else as it is. */
interface View {
  readonly layout: Layout;
  readonly axes: readonly number[];
  /** The shape in which [C] lines up. */
  readonly channels: readonly number[];
  readonly shape: readonly number[];
  readonly count: number;
}

function viewOf(lowering: Lowering, x: Value): View {
  const kept = lowering.layout(x);
  const layout: Layout = kept === 'channels-first' ? kept : 'plain';
  const arrangement = lowering.arrangement(x, layout);
  const channelAxis = layout === 'plain' ? x.shape.length - 1 : 1;
  const shape = expandedShape(arrangement);
  return {
    layout,
    axes: shape.map((_, i) => i).filter((axis) => axis !== channelAxis),
    channels: shape.map((side, axis) => (axis === channelAxis ? side : 1)),
    shape,
    count: shape.reduce((product, side, axis) => (axis === channelAxis ? product : product * side), 1),
  };
}

function batchNorm(
  inputs: Inputs<'BatchNormTraining', Value>,
  { epsilon }: { readonly epsilon: number },
  context: Context<'BatchNormTraining'>,
): void {
  if (blockedBatchNorm(inputs, epsilon, context)) return;
  const { lowering, results } = context;
  const { model } = lowering;
  const { x, scale, offset } = inputs;
  const { layout, axes, channels } = viewOf(lowering, x);
  const average = (name: Name): Name => model.op('ReduceMean', [name, model.integers(axes)], { keepdims: 1 });
  const images = lowering.get(x, layout);
  const means = average(images);
  const centered = model.op('Sub', [images, means]);
  const variances = average(model.op('Mul', [centered, centered]));
  const spread = (value: Value): Name => lowering.reshape(lowering.get(value), channels);
  const factor = model.op('Mul', [spread(scale), inverseDeviation(lowering, variances, epsilon)]);
  lowering.set(results.y, layout, model.op('Add', [model.op('Mul', [centered, factor]), spread(offset)]));
  lowering.set(results.mean, 'plain', lowering.reshape(means, results.mean.shape));
  lowering.set(results.variance, 'plain', lowering.reshape(variances, results.variance.shape));
}

function batchNormGradient(
  inputs: Inputs<'BatchNormTrainingGrad', Value>,
  { epsilon }: { readonly epsilon: number },
  context: Context<'BatchNormTrainingGrad'>,
): void {
  if (blockedBatchNormGradient(inputs, epsilon, context)) return;
  const { lowering, results } = context;
  const { model } = lowering;
  const { dy, x, scale, mean, variance } = inputs;
  const { layout, axes, channels, count } = viewOf(lowering, x);
  const spread = (value: Value): Name => lowering.reshape(lowering.get(value), channels);
  const total = (name: Name): Name => model.op('ReduceSum', [name, model.integers(axes)], { keepdims: 1 });
  const share = (name: Name): Name => model.op('Mul', [name, model.scalar(1 / count)]);
  const inverses = inverseDeviation(lowering, spread(variance), epsilon);
  const normalized = model.op('Mul', [model.op('Sub', [lowering.get(x, layout), spread(mean)]), inverses]);
  const gradient = lowering.get(dy, layout);
  const sum = total(gradient);
  const product = total(model.op('Mul', [gradient, normalized]));
  const centered = model.op('Sub', [
    model.op('Sub', [gradient, share(sum)]),
    model.op('Mul', [normalized, share(product)]),
  ]);
  lowering.set(results.dx, layout, model.op('Mul', [centered, model.op('Mul', [spread(scale), inverses])]));
  lowering.set(results.dScale, 'plain', lowering.reshape(product, results.dScale.shape));
  lowering.set(results.dOffset, 'plain', lowering.reshape(sum, results.dOffset.shape));
}

export const BATCH_NORMS = {
  BatchNormTraining: batchNorm,
  BatchNormTrainingGrad: batchNormGradient,
} satisfies KernelTable;
