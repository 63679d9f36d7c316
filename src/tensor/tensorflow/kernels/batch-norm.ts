/** Batch normalisation in training (see ../../batch-norm.ts) as TensorFlow's fused pair. */
import type { Node, Value } from '../../graph/node.ts';
import { attribute, output, type Attributes, type Edge } from '../graph-def.ts';
import type { Lowering } from '../lowering.ts';
import type { KernelTable } from './kernel.ts';

/** Where the operation puts what its gradient needs, for which no kernel of tfjs has a name. */
const SAVED = [3, 4, 5];

function forward(lowering: Lowering, node: Node): void {
  const [x] = node.inputs as [Value];
  const [y, mean, variance] = node.outputs as [Value, Value, Value];
  const [images, scale, offset] = lowering.inputsOf(node) as [Edge, Edge, Edge];
  const { graph } = lowering;
  // Nothing for mean and variance: those of the batch are wanted.
  const none = graph.constant('float32', [0], new Float32Array(0));
  const fused = lowering.op('FusedBatchNormV3', [asImages(lowering, node, 0, images), scale, offset, none, none], {
    ...attributesOf(lowering, node),
    exponential_avg_factor: attribute.real(1),
  });
  lowering.batchNorms.set(node, fused);
  lowering.set(y, asBefore(lowering, node, fused, x.shape));
  lowering.set(mean, output(fused, 1));
  // It gives the unbiased variance.
  const count = countOf(x);
  lowering.set(
    variance,
    lowering.op('Mul', [output(fused, 2), lowering.number(Math.max(1, count - 1) / count, 'float32')], {
      T: attribute.type('float32'),
    }),
  );
}

function backward(lowering: Lowering, node: Node): void {
  const [, x, , mean] = node.inputs as [Value, Value, Value, Value];
  const fused = lowering.batchNorms.get(mean.node);
  if (fused === undefined)
    throw new Error('Internal error: the gradient of a batch norm does not read the statistics of one.');
  const [dy, images, scale] = lowering.inputsOf(node) as [Edge, Edge, Edge];
  const inputs = [
    asImages(lowering, node, 0, dy),
    asImages(lowering, node, 1, images),
    scale,
    ...SAVED.map((index) => output(fused, index)),
  ];
  const gradient = lowering.op('FusedBatchNormGradV3', inputs, attributesOf(lowering, node));
  const [dx, dScale, dOffset] = node.outputs as [Value, Value, Value];
  lowering.set(dx, asBefore(lowering, node, gradient, x.shape));
  lowering.set(dScale, output(gradient, 1));
  lowering.set(dOffset, output(gradient, 2));
}

function attributesOf(lowering: Lowering, node: Node): Attributes {
  return {
    T: attribute.type(lowering.typeOf(node)),
    U: attribute.type('float32'),
    epsilon: attribute.real(node.attributes.epsilon as number),
    data_format: attribute.text('NHWC'),
    is_training: attribute.truth(true),
  };
}

const countOf = ({ shape }: Value): number => shape.slice(0, -1).reduce((product, side) => product * side, 1);

/** The operation takes images; features are images of one pixel. */
function asImages(lowering: Lowering, node: Node, input: number, edge: Edge): Edge {
  const value = node.inputs[input]!;
  return value.shape.length === 4
    ? edge
    : lowering.reshape(edge, lowering.typeOf(node, input), [countOf(value), 1, 1, value.shape.at(-1)!]);
}

function asBefore(lowering: Lowering, node: Node, edge: Edge, shape: readonly number[]): Edge {
  return shape.length === 4 ? edge : lowering.reshape(edge, lowering.typeOf(node), shape);
}

export const BATCH_NORMS: KernelTable = { BatchNormTraining: forward, BatchNormTrainingGrad: backward };
