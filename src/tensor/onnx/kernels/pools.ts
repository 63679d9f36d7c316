/** Pools and their gradients on ONNX's standard operators. */
import { poolOf, type PoolAttributes, type Window } from '../../graph/attributes.ts';
import type { Value } from '../../graph/node.ts';
import type { Inputs } from '../../graph/signatures.ts';
import { sizeOf } from '../../host-tensor.ts';
import type { Name } from '../model.ts';
import { blockedMaxPool, blockedMaxPoolGradient } from './blocked-pool.ts';
import type { Context, KernelTable } from './kernel.ts';

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

function maxPool({ x }: { readonly x: Value }, pool: PoolAttributes, { lowering, results }: Context<'MaxPool'>): void {
  const window = poolOf(x.shape, pool);
  if (blockedMaxPool(lowering, { x, y: results }, window)) return;
  const pooled = lowering.model.op('MaxPool', [lowering.get(x, 'channels-first')], attributesOf(window));
  lowering.set(results, 'channels-first', pooled);
}

/** Every gradient goes to the first maximum of its window: adds dy up at the indices that the pool gives. */
function maxPoolGradient(
  { dy, input: x }: Inputs<'MaxPoolGrad', Value>,
  pool: PoolAttributes,
  { lowering, results }: Context<'MaxPoolGrad'>,
): void {
  const window = poolOf(x.shape, pool);
  if (blockedMaxPoolGradient(lowering, { dy, x, dx: results }, window)) return;
  const { model } = lowering;
  const [, indices] = model.ops('MaxPool', [lowering.get(x, 'channels-first')], attributesOf(window), 2);
  const zeros = model.op('Expand', [model.scalar(0), model.integers([sizeOf(x.shape)])]);
  const flat = (name: Name): Name => lowering.reshape(name, [-1]);
  const operands = [zeros, flat(indices), flat(lowering.get(dy, 'channels-first'))];
  const scattered = model.op('ScatterElements', operands, { axis: 0, reduction: 'add' });
  const { declared } = lowering.arrangement(x, 'channels-first');
  lowering.set(results, 'channels-first', lowering.reshape(scattered, declared));
}

function averagePool(
  { x }: { readonly x: Value },
  pool: PoolAttributes,
  { lowering, results }: Context<'AvgPool'>,
): void {
  const attributes = { ...attributesOf(poolOf(x.shape, pool)), count_include_pad: 0 };
  const pooled = lowering.model.op('AveragePool', [lowering.get(x, 'channels-first')], attributes);
  lowering.set(results, 'channels-first', pooled);
}

/** Spreads dy evenly over its window. As in tfjs, a window that is partly outside counts whole. */
function averagePoolGradient(
  { dy, input: x }: Inputs<'AvgPoolGrad', Value>,
  pool: PoolAttributes,
  { lowering, results }: Context<'AvgPoolGrad'>,
): void {
  const window = poolOf(x.shape, pool);
  const { inChannels, filterHeight, filterWidth, inHeight, inWidth, outHeight, outWidth, padInfo } = window;
  const share = new Float32Array(inChannels * filterHeight * filterWidth).fill(1 / (filterHeight * filterWidth));
  const filter = lowering.model.constant('float32', [inChannels, 1, filterHeight, filterWidth], share);
  const rest = [
    inHeight - ((outHeight - 1) * window.strideHeight + filterHeight - padInfo.top - padInfo.bottom),
    inWidth - ((outWidth - 1) * window.strideWidth + filterWidth - padInfo.left - padInfo.right),
  ];
  const gradient = lowering.model.op('ConvTranspose', [lowering.get(dy, 'channels-first'), filter], {
    ...attributesOf(window),
    output_padding: rest,
    group: inChannels,
  });
  lowering.set(results, 'channels-first', gradient);
}

export const POOLS = {
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGradient,
  AvgPool: averagePool,
  AvgPoolGrad: averagePoolGradient,
} satisfies KernelTable;
