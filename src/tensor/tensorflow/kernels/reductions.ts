/** Kernels that reduce axes, or run along one. */
import { axesOf } from '../../graph/attributes.ts';
import { attribute, type Attributes, type Edge } from '../graph-def.ts';
import { int32, operation, setAll, single, type KernelTable, type LowerKernel, type Operands } from './kernel.ts';

function reduce(name: string, { lowering, node, inputs: [x] }: Operands, types: Attributes): Edge {
  const axes = lowering.graph.integers(axesOf(node.attributes, node.inputs[0]!.shape));
  return lowering.op(name, [x!, axes], {
    ...types,
    Tidx: int32,
    keep_dims: attribute.truth(node.attributes.keepDims === true),
  });
}

const reduction = (name: string): LowerKernel =>
  single((operands) => reduce(name, operands, { T: attribute.type(operands.type) }));

/** Reductions of truths have no type. */
const ofTruths = (name: string): LowerKernel => single((operands) => reduce(name, operands, {}));

/** A mean is a float, of whatever. */
const mean: LowerKernel = single((operands) => {
  const {
    lowering,
    inputs: [x],
    type,
  } = operands;
  return reduce(
    'Mean',
    { ...operands, inputs: [lowering.cast(x!, type, 'float32')] },
    { T: attribute.type('float32') },
  );
});

const argument = (name: string): LowerKernel =>
  single(({ lowering, node, inputs: [x], type }) => {
    const axis = lowering.graph.integer(axesOf(node.attributes, node.inputs[0]!.shape)[0]!);
    return lowering.op(name, [x!, axis], { T: attribute.type(type), Tidx: int32, output_type: int32 });
  });

const cumulative = (name: string): LowerKernel =>
  single(({ lowering, node, inputs: [x], type }) => {
    const { axis, exclusive, reverse } = node.attributes as { axis: number; exclusive?: boolean; reverse?: boolean };
    const how = { exclusive: attribute.truth(exclusive ?? false), reverse: attribute.truth(reverse ?? false) };
    return lowering.op(name, [x!, lowering.graph.integer(axis)], { T: attribute.type(type), Tidx: int32, ...how });
  });

const topK: LowerKernel = (lowering, node) => {
  const edge = lowering.op(
    'TopKV2',
    [...lowering.inputsOf(node), lowering.graph.integer(node.attributes.k as number)],
    { T: attribute.type(lowering.typeOf(node)), sorted: attribute.truth(true) },
  );
  setAll(lowering, node, edge);
};

/** TensorFlow ignores negative ids, but not those that are too large. */
const unsortedSegmentSum: LowerKernel = single(({ lowering, node, inputs: [x, ids], type }) => {
  const count = lowering.graph.integer(node.attributes.numSegments as number);
  const known = lowering.op(
    'SelectV2',
    [lowering.op('Less', [ids!, count], { T: int32 }), ids!, lowering.graph.integer(-1)],
    { T: int32 },
  );
  return lowering.op('UnsortedSegmentSum', [x!, known, count], {
    T: attribute.type(type),
    Tindices: int32,
    Tnumsegments: int32,
  });
});

export const REDUCTIONS: KernelTable = {
  Sum: reduction('Sum'),
  Prod: reduction('Prod'),
  Max: reduction('Max'),
  Min: reduction('Min'),
  Mean: mean,
  All: ofTruths('All'),
  Any: ofTruths('Any'),
  ArgMax: argument('ArgMax'),
  ArgMin: argument('ArgMin'),
  Cumsum: cumulative('Cumsum'),
  Cumprod: cumulative('Cumprod'),
  Softmax: operation('Softmax'),
  TopK: topK,
  UnsortedSegmentSum: unsortedSegmentSum,
};
