/** Kernels that reduce axes, or run along one. */
import { axesOf, type ReductionAttributes } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import { imageSides, sideAt } from '../../graph/sides.ts';
import { sizeOf } from '../../host-tensor.ts';
import type { Lowering } from '../lowering.ts';
import type { Name, OnnxType } from '../model.ts';
import { plain, type Context, type KernelTable, type PlainContext } from './kernel.ts';

interface Operand<T> {
  readonly x: T;
}

const reduction =
  (operator: string) =>
  ({ x }: Operand<Name>, attributes: ReductionAttributes, { model, values }: PlainContext<'Sum'>): Name => {
    const axes = axesOf(attributes, values.x.shape);
    // No axes would mean all of them to ONNX.
    if (axes.length === 0) return model.op('Identity', [x]);
    return model.op(operator, [x, model.integers(axes)], { keepdims: attributes.keepDims === true ? 1 : 0 });
  };

/** Reduces in another type and casts back. */
const reductionIn =
  (type: OnnxType, operator: string) =>
  ({ x }: Operand<Name>, attributes: ReductionAttributes, context: PlainContext<'Sum'>): Name => {
    const { lowering, results } = context;
    return lowering.cast(reduction(operator)({ x: lowering.cast(x, type) }, attributes, context), results.dtype);
  };

const argument =
  (operator: string) =>
  (
    { x }: Operand<Name>,
    attributes: ReductionAttributes,
    { lowering, model, values }: PlainContext<'ArgMax'>,
  ): Name => {
    const [axis = 0] = axesOf(attributes, values.x.shape);
    return lowering.cast(model.op(operator, [x], { axis, keepdims: 0 }), 'int32');
  };

interface Cumulative {
  readonly axis: number;
  readonly exclusive?: boolean;
  readonly reverse?: boolean;
}

function cumulativeSum(
  { x }: Operand<Name>,
  { axis, exclusive, reverse }: Cumulative,
  { model }: PlainContext<'Cumsum'>,
): Name {
  return model.op('CumSum', [x, model.constant('int64', [], BigInt64Array.of(BigInt(axis)))], {
    exclusive: exclusive ? 1 : 0,
    reverse: reverse ? 1 : 0,
  });
}

/** ONNX has no cumulative product: products of 1, 2, 4, ... neighbors (W. D. Hillis and G. L. Steele, 1986). */
function cumulativeProduct(
  { x }: Operand<Name>,
  { axis, exclusive, reverse }: Cumulative,
  { lowering, model, values }: PlainContext<'Cumprod'>,
): Name {
  const { shape, dtype } = values.x;
  const length = sideAt(shape, axis);
  const shifted = (name: Name, by: number): Name =>
    shiftAlong(lowering, name, { rank: shape.length, axis, length }, reverse ? -by : by, lowering.number(1, dtype));
  let product = exclusive ? shifted(x, 1) : x;
  for (let by = 1; by < length; by *= 2) product = model.op('Mul', [product, shifted(product, by)]);
  return product;
}

/** Moves values along an axis by `by`, fills up with `fill` and drops values that leave the axis. */
function shiftAlong(
  { model }: Lowering,
  name: Name,
  { rank, axis, length }: { readonly rank: number; readonly axis: number; readonly length: number },
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

const PLAIN = plain({
  Sum: reduction('ReduceSum'),
  Mean: reductionIn('float32', 'ReduceMean'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  All: reductionIn('int32', 'ReduceMin'),
  Any: reductionIn('int32', 'ReduceMax'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumsum: cumulativeSum,
  Cumprod: cumulativeProduct,
  Softmax: ({ logits }, _, { model }) => model.op('Softmax', [logits], { axis: -1 }),

  TopK: ({ x }, { k }, { lowering, model }) => {
    const [values, indices] = model.ops('TopK', [x, model.integers([k])], { axis: -1, sorted: 1 }, 2);
    return { values, indices: lowering.cast(indices, 'int32') };
  },

  /**
   * A product with a matrix of zeros and ones: in a fixed order, which scattering is not. Ids out of range count
   * nowhere.
   */
  UnsortedSegmentSum: ({ x, segmentIds }, { numSegments }, { lowering, model, values, results }) => {
    const count = sizeOf(values.segmentIds.shape);
    const numbers = lowering.range(numSegments, [numSegments, 1]);
    const isOwn = model.op('Equal', [numbers, lowering.reshape(segmentIds, [1, count])]);
    const rows = lowering.reshape(x, [count, sizeOf(values.x.shape) / Math.max(1, count)]);
    return lowering.reshape(model.op('MatMul', [lowering.cast(isOwn, values.x.dtype), rows]), results.shape);
  },
});

/** Sums over height and width of images need no plain layout: the pool of a ResNet, and its gradients of biases. */
const sumOrMean =
  (operator: 'ReduceSum' | 'ReduceMean') =>
  (inputs: Operand<Value>, attributes: ReductionAttributes, context: Context<'Sum'>): void => {
    const { lowering, results } = context;
    const { x } = inputs;
    const axes = axesOf(attributes, x.shape);
    const isPool = axes.includes(1) && axes.includes(2) && !axes.includes(3);
    if (isPool && lowering.isImage(x) && x.dtype === 'float32')
      reduceImages(lowering, x, results, operator, axes.includes(0));
    else PLAIN[operator === 'ReduceSum' ? 'Sum' : 'Mean'](inputs, attributes, context);
  };

function reduceImages(
  lowering: Lowering,
  x: Value,
  result: Value,
  operator: 'ReduceSum' | 'ReduceMean',
  overBatch: boolean,
): void {
  const { model } = lowering;
  const pooled = lowering.layout(x) === 'blocked' ? poolBlocked(lowering, x, operator) : poolImages();
  const all = overBatch ? model.op(operator, [pooled, model.integers([0])], { keepdims: 0 }) : pooled;
  lowering.set(result, 'plain', lowering.reshape(all, result.shape));

  function poolImages(): Name {
    return model.op(operator, [lowering.get(x, lowering.layout(x)), model.integers([2, 3])], { keepdims: 0 });
  }
}

function poolBlocked(lowering: Lowering, x: Value, operator: 'ReduceSum' | 'ReduceMean'): Name {
  const { model } = lowering;
  const { batch, height, width, channels } = imageSides(x.shape);
  const pooled = model.op('GlobalAveragePool', [lowering.get(x, 'blocked')], {}, 'com.microsoft.nchwc');
  const mean = lowering.reshape(pooled, [batch, channels]);
  return operator === 'ReduceMean' ? mean : model.op('Mul', [mean, model.scalar(height * width)]);
}

export const REDUCTIONS = {
  ...PLAIN,
  Sum: sumOrMean('ReduceSum'),
  Mean: sumOrMean('ReduceMean'),
} satisfies KernelTable;
