/** Pools and their gradients on ONNX's standard operators. */
import { poolOf, type PoolAttributes, type Window } from '../../graph/attributes.ts';
import type { Node, Value } from '../../graph/node.ts';
import { sizeOf } from '../../host-tensor.ts';
import type { Lowering } from '../lowering.ts';
import { blockedMaxPool, blockedMaxPoolGradient } from './blocked-pool.ts';
import type { KernelTable } from './kernel.ts';

const window = (x: Value, { attributes }: Node): Window => poolOf(x.shape, attributes as unknown as PoolAttributes);

const attributesOf = ({
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  padInfo: { top, left, bottom, right },
}: Window) => ({
  kernel_shape: [filterHeight, filterWidth],
  strides: [strideHeight, strideWidth],
  pads: [top, left, bottom, right],
});

function maxPool(lowering: Lowering, node: Node): void {
  const [x] = node.inputs as [Value];
  const size = window(x, node);
  if (blockedMaxPool(lowering, node, size)) return;
  lowering.set(
    node.outputs[0]!,
    'channels-first',
    lowering.model.op('MaxPool', [lowering.get(x, 'channels-first')], attributesOf(size)),
  );
}

/** Every gradient goes to the first maximum of its window: adds dy up at the indices that the pool gives. */
function maxPoolGradient(lowering: Lowering, node: Node): void {
  const [dy, x] = node.inputs as [Value, Value];
  const size = window(x, node);
  if (blockedMaxPoolGradient(lowering, node, size)) return;
  const { model } = lowering;
  const [, indices] = model.ops('MaxPool', [lowering.get(x, 'channels-first')], attributesOf(size), 2);
  const zeros = model.op('Expand', [model.scalar(0), model.integers([sizeOf(x.shape)])]);
  const scattered = model.op(
    'ScatterElements',
    [zeros, lowering.reshape(indices!, [-1]), lowering.reshape(lowering.get(dy, 'channels-first'), [-1])],
    { axis: 0, reduction: 'add' },
  );
  lowering.set(
    node.outputs[0]!,
    'channels-first',
    lowering.reshape(scattered, lowering.arrangement(x, 'channels-first').declared),
  );
}

function averagePool(lowering: Lowering, node: Node): void {
  const [x] = node.inputs as [Value];
  lowering.set(
    node.outputs[0]!,
    'channels-first',
    lowering.model.op('AveragePool', [lowering.get(x, 'channels-first')], {
      ...attributesOf(window(x, node)),
      count_include_pad: 0,
    }),
  );
}

/** Spreads dy evenly over its window. As in tfjs, a window that is partly outside counts whole. */
function averagePoolGradient(lowering: Lowering, node: Node): void {
  const [dy, x] = node.inputs as [Value, Value];
  const size = window(x, node);
  const {
    inChannels,
    filterHeight,
    filterWidth,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    strideHeight,
    strideWidth,
    padInfo,
  } = size;
  const share = new Float32Array(inChannels * filterHeight * filterWidth).fill(1 / (filterHeight * filterWidth));
  const filter = lowering.model.constant('float32', [inChannels, 1, filterHeight, filterWidth], share);
  const rest = [
    inHeight - ((outHeight - 1) * strideHeight + filterHeight - padInfo.top - padInfo.bottom),
    inWidth - ((outWidth - 1) * strideWidth + filterWidth - padInfo.left - padInfo.right),
  ];
  const gradient = lowering.model.op('ConvTranspose', [lowering.get(dy, 'channels-first'), filter], {
    ...attributesOf(size),
    output_padding: rest,
    group: inChannels,
  });
  lowering.set(node.outputs[0]!, 'channels-first', gradient);
}

export const POOLS: KernelTable = {
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGradient,
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGradient,
};
