/** Kernels that reduce axes, or run along one. */
import { axesOf } from '../../graph/attributes.ts';
import type { Node, Value } from '../../graph/node.ts';
import { sizeOf } from '../../host-tensor.ts';
import type { Lowering } from '../lowering.ts';
import type { Name, OnnxType } from '../model.ts';
import { plainly, type KernelTable, type LowerKernel } from './kernel.ts';

function reduce(lowering: Lowering, operator: string, x: Name, { inputs, attributes }: Node): Name {
  const { model } = lowering;
  const [value] = inputs as [Value];
  const axes = axesOf(attributes, value.shape);
  // No axes would mean all of them to ONNX.
  if (axes.length === 0) return model.op('Identity', [x]);
  return model.op(operator, [x, model.integers(axes)], { keepdims: attributes.keepDims === true ? 1 : 0 });
}

const reduction = (operator: string): LowerKernel =>
  plainly((lowering, [x], node) => reduce(lowering, operator, x!, node));

/** Reduces in another type and casts back. */
const reductionIn = (type: OnnxType, operator: string): LowerKernel =>
  plainly((lowering, [x], node, result) =>
    lowering.cast(reduce(lowering, operator, lowering.cast(x!, type), node), result.dtype),
  );

/** Sums over height and width of images need no plain layout: the pool of a ResNet, and its gradients of biases. */
function sumOrMean(operator: 'ReduceSum' | 'ReduceMean'): LowerKernel {
  const plain = operator === 'ReduceMean' ? reductionIn('float32', operator) : reduction(operator);
  return (lowering, node) => {
    const x = node.inputs[0]!;
    const layout = lowering.layout(x);
    const axes = axesOf(node.attributes, x.shape);
    const isImage = layout === 'channels-first' || layout === 'blocked';
    if (!isImage || x.dtype !== 'float32' || !axes.includes(1) || !axes.includes(2) || axes.includes(3))
      plain(lowering, node);
    else reduceImage(lowering, node, operator, axes.includes(0));
  };
}

function reduceImage(
  lowering: Lowering,
  { inputs, outputs }: Node,
  operator: 'ReduceSum' | 'ReduceMean',
  overBatch: boolean,
): void {
  const { model } = lowering;
  const [x] = inputs as [Value];
  const [result] = outputs as [Value];
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const layout = lowering.layout(x);
  let pooled: Name;
  if (layout === 'blocked') {
    const mean = lowering.reshape(model.op('GlobalAveragePool', [lowering.get(x, layout)], {}, 'com.microsoft.nchwc'), [
      batch,
      channels,
    ]);
    pooled = operator === 'ReduceMean' ? mean : model.op('Mul', [mean, model.scalar(height * width)]);
  } else {
    pooled = model.op(operator, [lowering.get(x, layout), model.integers([2, 3])], { keepdims: 0 });
  }
  if (overBatch) pooled = model.op(operator, [pooled, model.integers([0])], { keepdims: 0 });
  lowering.set(result, 'plain', lowering.reshape(pooled, result.shape));
}

const argument = (operator: string): LowerKernel =>
  plainly((lowering, [x], { inputs, attributes }) =>
    lowering.cast(
      lowering.model.op(operator, [x!], { axis: axesOf(attributes, inputs[0]!.shape)[0]!, keepdims: 0 }),
      'int32',
    ),
  );

function cumulativeSum({ model }: Lowering, [x]: Name[], { attributes }: Node): Name {
  const { axis, exclusive, reverse } = attributes as { axis: number; exclusive?: boolean; reverse?: boolean };
  return model.op('CumSum', [x!, model.constant('int64', [], BigInt64Array.of(BigInt(axis)))], {
    exclusive: exclusive ? 1 : 0,
    reverse: reverse ? 1 : 0,
  });
}

/** ONNX has no cumulative product: products of 1, 2, 4, ... neighbours (W. D. Hillis and G. L. Steele, 1986). */
function cumulativeProduct(lowering: Lowering, [x]: Name[], { inputs, attributes }: Node): Name {
  const { axis, exclusive, reverse } = attributes as { axis: number; exclusive?: boolean; reverse?: boolean };
  const { shape, dtype } = inputs[0]!;
  const length = shape[axis]!;
  const shifted = (name: Name, by: number): Name =>
    shiftIn(lowering, name, shape.length, axis, length, reverse ? -by : by, lowering.number(1, dtype));
  let product = exclusive ? shifted(x!, 1) : x!;
  for (let by = 1; by < length; by *= 2) product = lowering.model.op('Mul', [product, shifted(product, by)]);
  return product;
}

/** Moves values along an axis by `by`, fills up with `fill` and drops what falls off. */
function shiftIn(
  { model }: Lowering,
  name: Name,
  rank: number,
  axis: number,
  length: number,
  by: number,
  fill: Name,
): Name {
  const pads = new Array<number>(2 * rank).fill(0);
  pads[axis] = Math.max(by, 0);
  pads[rank + axis] = Math.max(-by, 0);
  const padded = model.op('Pad', [name, model.integers(pads), fill]);
  const begin = Math.max(-by, 0);
  return model.op('Slice', [padded, model.integers([begin]), model.integers([begin + length]), model.integers([axis])]);
}

function softmax(lowering: Lowering, node: Node): void {
  lowering.set(node.outputs[0]!, 'plain', lowering.model.op('Softmax', [lowering.get(node.inputs[0]!)], { axis: -1 }));
}

function topK(lowering: Lowering, node: Node): void {
  const { model } = lowering;
  const [values, indices] = model.ops(
    'TopK',
    [lowering.get(node.inputs[0]!), model.integers([node.attributes.k as number])],
    { axis: -1, sorted: 1 },
    2,
  );
  lowering.set(node.outputs[0]!, 'plain', values!);
  lowering.set(node.outputs[1]!, 'plain', lowering.cast(indices!, 'int32'));
}

/** A product with a matrix of zeros and ones: in a fixed order, which scattering is not. Ids out of range count nowhere. */
function unsortedSegmentSum(lowering: Lowering, node: Node): void {
  const { model } = lowering;
  const [x, ids] = node.inputs as [Value, Value];
  const result = node.outputs[0]!;
  const segments = node.attributes.numSegments as number;
  const count = sizeOf(ids.shape);
  const numbers = model.constant(
    'int32',
    [segments, 1],
    Int32Array.from({ length: segments }, (_, i) => i),
  );
  const belongs = lowering.cast(model.op('Equal', [numbers, lowering.reshape(lowering.get(ids), [1, count])]), x.dtype);
  const rows = lowering.reshape(lowering.get(x), [count, sizeOf(x.shape) / Math.max(1, count)]);
  lowering.set(result, 'plain', lowering.reshape(model.op('MatMul', [belongs, rows]), result.shape));
}

export const REDUCTIONS: KernelTable = {
  Sum: sumOrMean('ReduceSum'),
  Mean: sumOrMean('ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  All: reductionIn('int32', 'ReduceMin'),
  Any: reductionIn('int32', 'ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumsum: plainly(cumulativeSum),
  Cumprod: plainly(cumulativeProduct),
  Softmax: softmax,
  TopK: topK,
  UnsortedSegmentSum: unsortedSegmentSum,
};
