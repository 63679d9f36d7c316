/** Batch normalisation in training (see ../../batch-norm.ts) on standard operators: two passes, so that nothing cancels. */
import type { Node, Value } from '../../graph/node.ts';
import type { Layout } from '../layout.ts';
import { expandedShape } from '../layout.ts';
import type { Lowering } from '../lowering.ts';
import type { Name } from '../model.ts';
import { blockedBatchNorm, blockedBatchNormGradient } from './blocked-batch-norm.ts';
import type { KernelTable } from './kernel.ts';

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

function batchNorm(lowering: Lowering, node: Node): void {
  if (blockedBatchNorm(lowering, node)) return;
  const { model } = lowering;
  const [x, scale, offset] = node.inputs as [Value, Value, Value];
  const [y, mean, variance] = node.outputs as [Value, Value, Value];
  const { layout, axes, channels } = viewOf(lowering, x);
  const average = (name: Name): Name => model.op('ReduceMean', [name, model.integers(axes)], { keepdims: 1 });
  const images = lowering.get(x, layout);
  const means = average(images);
  const centred = model.op('Sub', [images, means]);
  const variances = average(model.op('Mul', [centred, centred]));
  const factor = model.op('Mul', [lowering.reshape(lowering.get(scale), channels), inverse(lowering, variances, node)]);
  lowering.set(
    y,
    layout,
    model.op('Add', [model.op('Mul', [centred, factor]), lowering.reshape(lowering.get(offset), channels)]),
  );
  lowering.set(mean, 'plain', lowering.reshape(means, mean.shape));
  lowering.set(variance, 'plain', lowering.reshape(variances, variance.shape));
}

const inverse = ({ model }: Lowering, variances: Name, { attributes }: Node): Name =>
  model.op('Reciprocal', [
    model.op('Sqrt', [model.op('Add', [variances, model.scalar(attributes.epsilon as number)])]),
  ]);

function batchNormGradient(lowering: Lowering, node: Node): void {
  if (blockedBatchNormGradient(lowering, node)) return;
  const { model } = lowering;
  const [dy, x, scale, mean, variance] = node.inputs as [Value, Value, Value, Value, Value];
  const [dx, dScale, dOffset] = node.outputs as [Value, Value, Value];
  const { layout, axes, channels, count } = viewOf(lowering, x);
  const spread = (value: Value): Name => lowering.reshape(lowering.get(value), channels);
  const total = (name: Name): Name => model.op('ReduceSum', [name, model.integers(axes)], { keepdims: 1 });
  const share = (name: Name): Name => model.op('Mul', [name, model.scalar(1 / count)]);
  const inverses = inverse(lowering, spread(variance), node);
  const normalised = model.op('Mul', [model.op('Sub', [lowering.get(x, layout), spread(mean)]), inverses]);
  const gradient = lowering.get(dy, layout);
  const sum = total(gradient);
  const product = total(model.op('Mul', [gradient, normalised]));
  const centred = model.op('Sub', [
    model.op('Sub', [gradient, share(sum)]),
    model.op('Mul', [normalised, share(product)]),
  ]);
  lowering.set(dx, layout, model.op('Mul', [centred, model.op('Mul', [spread(scale), inverses])]));
  lowering.set(dScale, 'plain', lowering.reshape(product, dScale.shape));
  lowering.set(dOffset, 'plain', lowering.reshape(sum, dOffset.shape));
}

export const BATCH_NORMS: KernelTable = {
  BatchNormTraining: batchNorm,
  BatchNormTrainingGrad: batchNormGradient,
};
