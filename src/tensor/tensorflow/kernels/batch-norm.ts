/** Batch normalization in training (see ../../batch-norm.ts) as TensorFlow's fused pair. */
import type { Value } from '../../graph/node.ts';
import { sideAt } from '../../graph/sides.ts';
import type { Inputs } from '../../graph/signatures.ts';
import { sizeOf } from '../../host-tensor.ts';
import { attribute, output, type Attributes, type Edge, type TfType } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import type { Context, KernelTable } from './kernel.ts';

/** The outputs that the gradient needs. No kernel of tfjs has names for them. */
const SAVED = [3, 4, 5];

function forward(
  { x, scale, offset }: Inputs<'BatchNormTraining', Edge>,
  { epsilon }: { readonly epsilon: number },
  { lowering, node, values, type }: Context<'BatchNormTraining'>,
): { y: Edge; mean: Edge; variance: Edge } {
  // Nothing for mean and variance: those of the batch are wanted.
  const none = lowering.graph.constant('float32', [0], new Float32Array(0));
  const fused = lowering.op('FusedBatchNormV3', [asImages(lowering, x, values.x, type), scale, offset, none, none], {
    ...attributesOf(type, epsilon),
    exponential_avg_factor: attribute.real(1),
  });
  lowering.batchNorms.set(node, fused);
  // It gives the unbiased variance.
  const count = pixelsOf(values.x);
  const biased = lowering.number(Math.max(1, count - 1) / count, 'float32');
  return {
    y: asBefore(lowering, fused, values.x, type),
    mean: output(fused, 1),
    variance: lowering.op('Mul', [output(fused, 2), biased], { T: attribute.type('float32') }),
  };
}

function backward(
  { dy, x, scale }: Inputs<'BatchNormTrainingGrad', Edge>,
  { epsilon }: { readonly epsilon: number },
  { lowering, node, values, type }: Context<'BatchNormTrainingGrad'>,
): { dx: Edge; dScale: Edge; dOffset: Edge } {
  const fused = lowering.batchNorms.get(values.mean.node);
  if (fused === undefined)
    throw new Error('Internal error: the gradient of a batch norm does not read the statistics of one.');
  const images = [asImages(lowering, dy, values.dy, type), asImages(lowering, x, values.x, lowering.typeOf(node, 1))];
  const saved = SAVED.map((index) => output(fused, index));
  const gradient = lowering.op('FusedBatchNormGradV3', [...images, scale, ...saved], attributesOf(type, epsilon));
  return {
    dx: asBefore(lowering, gradient, values.x, type),
    dScale: output(gradient, 1),
    dOffset: output(gradient, 2),
  };
}

const attributesOf = (type: TfType, epsilon: number): Attributes => ({
  T: attribute.type(type),
  U: attribute.type('float32'),
  epsilon: attribute.real(epsilon),
  data_format: attribute.text('NHWC'),
  is_training: attribute.truth(true),
});

const pixelsOf = ({ shape }: Value): number => sizeOf(shape.slice(0, -1));

/** The operation takes images; features are images of one pixel. */
const asImages = (lowering: Lowering, edge: Edge, value: Value, type: TfType): Edge =>
  value.shape.length === 4 ? edge : lowering.reshape(edge, type, [pixelsOf(value), 1, 1, sideAt(value.shape, -1)]);

const asBefore = (lowering: Lowering, edge: Edge, { shape }: Value, type: TfType): Edge =>
  shape.length === 4 ? edge : lowering.reshape(edge, type, shape);

export const BATCH_NORMS = { BatchNormTraining: forward, BatchNormTrainingGrad: backward } satisfies KernelTable;
