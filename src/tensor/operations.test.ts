import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, test } from 'vitest';
import { engines, expectAgreement, withGradients, type Drawn } from './agreement.test-support.ts';
import { batchNormTraining } from './index.ts';

type Inputs = Record<string, tf.Tensor>;
type Operation = (inputs: Inputs) => tf.Tensor;

const F = (...shape: number[]): Drawn => ({ dtype: 'float32', shape });
const I = (below: number, ...shape: number[]): Drawn => ({ dtype: 'int32', shape, below });
const B = (...shape: number[]): Drawn => ({ dtype: 'bool', shape });
const positive = (x: tf.Tensor): tf.Tensor => tf.add(tf.abs(x), 0.5);

afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

/** Values and gradients for every float input. */
function differentiable(title: string, specs: Record<string, Drawn>, operation: Operation, tolerance?: number): void {
  const names = Object.keys(specs).filter((name) => specs[name]!.dtype === 'float32');
  test(title, () =>
    expectAgreement(withGradients(operation, names), specs, tolerance === undefined ? {} : { tolerance }),
  );
}

function valued(
  title: string,
  specs: Record<string, Drawn>,
  operation: (inputs: Inputs) => tf.Tensor | tf.Tensor[],
): void {
  test(title, () => expectAgreement(operation, specs));
}

describe('elementwise operations agree, values and gradients', () => {
  for (const name of [
    'relu',
    'relu6',
    'elu',
    'selu',
    'softplus',
    'sigmoid',
    'tanh',
    'exp',
    'expm1',
    'square',
    'neg',
    'abs',
    'sign',
    'sin',
    'cos',
    'tan',
    'atan',
    'sinh',
    'cosh',
    'asinh',
    'erf',
    'leakyRelu',
    'floor',
    'ceil',
    'round',
    'step',
  ] as const) {
    differentiable(name, { x: F(3, 5) }, ({ x }) => tf[name](x!));
  }
  for (const name of ['log', 'log1p', 'sqrt', 'rsqrt', 'reciprocal'] as const)
    differentiable(name, { x: F(3, 5) }, ({ x }) => tf[name](positive(x!)));
  for (const name of ['asin', 'acos', 'atanh'] as const)
    differentiable(name, { x: F(3, 5) }, ({ x }) => tf[name](tf.mul(tf.tanh(x!), 0.9)));
  differentiable('acosh', { x: F(7) }, ({ x }) => tf.acosh(tf.add(positive(x!), 1)));
  for (const name of ['add', 'sub', 'mul'] as const)
    differentiable(`${name}, broadcast`, { a: F(2, 3, 4), b: F(3, 1) }, ({ a, b }) => tf[name](a!, b!));
  for (const name of ['squaredDifference', 'maximum', 'minimum', 'atan2'] as const) {
    differentiable(name, { a: F(3, 4), b: F(3, 4) }, ({ a, b }) => tf[name](a!, b!));
    differentiable(`${name}, broadcast`, { a: F(2, 3, 4), b: F(3, 1) }, ({ a, b }) => tf[name](a!, b!));
  }
  valued('atan2 on the axes', { x: F(1) }, ({ x }) =>
    tf.add(tf.mul(x!, 0), tf.atan2(tf.tensor1d([0, 1, -1, 0, 0]), tf.tensor1d([1, 0, 0, -1, 0]))),
  );
  differentiable('prelu', { x: F(2, 3, 4), alpha: F(4) }, ({ x, alpha }) => tf.prelu(x!, alpha!));
  differentiable('div', { a: F(2, 3), b: F(3) }, ({ a, b }) => tf.div(a!, positive(b!)));
  differentiable('pow', { a: F(2, 3), b: F(3) }, ({ a, b }) => tf.pow(positive(a!), b!));
  differentiable('mod', { a: F(9), b: F(9) }, ({ a, b }) => tf.mod(a!, positive(b!)));
  differentiable('clipByValue', { x: F(9) }, ({ x }) => tf.clipByValue(x!, -0.5, 0.7));
  differentiable('where', { a: F(4, 3), b: F(4, 3), c: B(4, 3) }, ({ a, b, c }) => tf.where(c!, a!, b!));
  differentiable('addN', { a: F(3), b: F(3) }, ({ a, b }) => tf.addN([a!, b!, a!]));
  valued('comparisons', { a: F(5, 3), b: F(3) }, ({ a, b }) => [
    tf.greater(a!, b!),
    tf.greaterEqual(a!, b!),
    tf.less(a!, b!),
    tf.lessEqual(a!, b!),
    tf.equal(a!, a!),
    tf.notEqual(a!, b!),
  ]);
  valued('logic', { a: B(6), b: B(6) }, ({ a, b }) => [
    tf.logicalAnd(a!, b!),
    tf.logicalOr(a!, b!),
    tf.logicalXor(a!, b!),
    tf.logicalNot(a!),
  ]);
  valued('integers', { a: I(50, 6), b: I(5, 6) }, ({ a, b }) => {
    const c = tf.add(b!, tf.scalar(1, 'int32'));
    const d = tf.sub(a!, tf.scalar(25, 'int32'));
    return [
      tf.add(a!, b!),
      tf.mul(a!, b!),
      tf.sub(a!, b!),
      tf.floorDiv(d, c),
      tf.div(d, c),
      tf.mod(d, c),
      tf.maximum(a!, b!),
      tf.minimum(a!, b!),
      tf.equal(a!, b!),
      tf.abs(d),
      tf.neg(d),
      tf.clipByValue(d, -3, 4),
    ];
  });
  valued('casts', { x: F(6), b: B(4), i: I(9, 3) }, ({ x, b, i }) => [
    tf.cast(tf.mul(x!, 3), 'int32'),
    tf.cast(x!, 'bool'),
    tf.cast(b!, 'float32'),
    tf.cast(b!, 'int32'),
    tf.cast(i!, 'float32'),
  ]);
  valued('what is no number', { x: F(9) }, ({ x }) => [
    tf.isNaN(tf.log(x!)),
    tf.isFinite(tf.log(x!)),
    tf.isInf(tf.div(x!, 0)),
    tf.step(x!, 0.3),
    tf.where(tf.greater(x!, 0), tf.log(x!), tf.zerosLike(x!)),
  ]);
});

describe('reductions agree, values and gradients', () => {
  differentiable('sum over an axis', { x: F(2, 3, 4) }, ({ x }) => tf.sum(x!, 1));
  differentiable('sum over all', { x: F(2, 3) }, ({ x }) => tf.sum(x!));
  differentiable('mean of axes, kept', { x: F(2, 3, 4) }, ({ x }) => tf.mean(x!, [0, 2], true));
  differentiable('max', { x: F(3, 4) }, ({ x }) => tf.max(x!, -1));
  differentiable('min', { x: F(3, 4) }, ({ x }) => tf.min(x!, 0));
  for (const axes of [1, -1, [0, 2], undefined])
    differentiable(`prod over ${String(axes)}`, { x: F(2, 3, 4) }, ({ x }) => tf.prod(x!, axes));
  differentiable('logSumExp', { x: F(3, 5) }, ({ x }) => tf.logSumExp(x!, 1));
  differentiable('norm', { x: F(3, 5) }, ({ x }) => tf.norm(x!, 2, 1));
  differentiable('variance', { x: F(5, 3) }, ({ x }) => tf.moments(x!, [0]).variance);
  differentiable('softmax', { x: F(3, 5) }, ({ x }) => tf.softmax(x!));
  differentiable('logSoftmax', { x: F(3, 5) }, ({ x }) => tf.logSoftmax(x!));
  differentiable('cumsum', { x: F(5) }, ({ x }) => tf.cumsum(x!));
  differentiable('cumsum along columns', { x: F(2, 5, 3) }, ({ x }) => tf.cumsum(x!, 1, true));
  valued('cumsum along rows, exclusive and backwards', { x: F(3, 4) }, ({ x }) => [
    tf.cumsum(x!, 1, true),
    tf.cumsum(x!, 1, false, true),
  ]);
  valued('cumprod', { x: F(3, 5) }, ({ x }) => [
    tf.cumprod(x!, 1),
    tf.cumprod(x!, 1, true),
    tf.cumprod(x!, 1, false, true),
  ]);
  valued('argMax and argMin', { x: F(3, 4) }, ({ x }) => [tf.argMax(x!, 1), tf.argMin(x!, 0)]);
  valued('all and any', { a: B(3, 2) }, ({ a }) => [tf.all(a!), tf.any(a!, 1), tf.all(a!, 0, true)]);
  valued('integers', { x: I(9, 3, 4) }, ({ x }) => [
    tf.sum(x!, 0),
    tf.max(x!, 1),
    tf.min(x!),
    tf.mean(x!),
    tf.prod(x!, 1),
  ]);
  differentiable('the values of topk', { x: F(3, 5) }, ({ x }) => tf.topk(x!, 2).values);
  valued('topk', { x: F(3, 5) }, ({ x }) => Object.values(tf.topk(x!, 2)));
  differentiable('unsortedSegmentSum', { x: F(5, 2), ids: I(3, 5) }, ({ x, ids }) =>
    tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 4),
  );
});

describe('products agree, values and gradients', () => {
  for (const [a, b] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    differentiable(
      `matMul, transposed: ${a}, ${b}`,
      { x: a ? F(4, 3) : F(3, 4), y: b ? F(5, 4) : F(4, 5) },
      ({ x, y }) => tf.matMul(x!, y!, a, b),
    );
    differentiable(
      `in batches, transposed: ${a}, ${b}`,
      { x: a ? F(2, 4, 3) : F(2, 3, 4), y: b ? F(2, 5, 4) : F(2, 4, 5) },
      ({ x, y }) => tf.matMul(x!, y!, a, b),
    );
  }
  for (const [a, b] of [
    [
      [1, 1],
      [2, 3],
    ],
    [
      [2, 1],
      [2, 3],
    ],
    [[2, 3], [3]],
    [[], [2]],
  ] as const) {
    differentiable(`in batches [${a.join()}] and [${b.join()}]`, { x: F(...a, 3, 4), y: F(...b, 4, 5) }, ({ x, y }) =>
      tf.matMul(x!, y!),
    );
  }
  for (const equation of ['ij,jk->ik', 'bij,bkj->bik', 'nhwc,cd->nhwd', 'i,j->ij', 'ij,ik->i', 'bhqd,bhkd->bhqk']) {
    const specs = Object.fromEntries(
      equation
        .split('->')[0]!
        .split(',')
        .map((term, i) => [`t${i}`, F(...Array.from(term, (label) => 2 + (label.charCodeAt(0) % 3)))]),
    );
    differentiable(`einsum ${equation}`, specs, ({ t0, t1 }) => tf.einsum(equation, t0!, t1!));
  }
  for (const equation of ['ijk->ki', 'ij->', 'ij->j'])
    differentiable(`einsum ${equation}`, { x: F(...(equation.startsWith('ijk') ? [2, 3, 4] : [3, 4])) }, ({ x }) =>
      tf.einsum(equation, x!),
    );
  for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid'] as const) {
    differentiable(`fused matMul, ${activation}`, { a: F(3, 4), b: F(4, 5), bias: F(5) }, ({ a, b, bias }) =>
      tf.fused.matMul({ a: a!, b: b!, bias: bias!, activation }),
    );
  }
  differentiable('localResponseNormalization', { x: F(2, 3, 2, 7) }, ({ x }) =>
    tf.localResponseNormalization(x as tf.Tensor4D, 2, 1, 0.3, 0.75),
  );
  differentiable('dot', { x: F(4), y: F(4) }, ({ x, y }) => tf.dot(x!, y!));
});

describe('moving values agrees, values and gradients', () => {
  differentiable('reshape', { x: F(2, 6) }, ({ x }) => tf.mul(tf.reshape(x!, [3, -1]), 2));
  differentiable('transpose', { x: F(2, 3, 4) }, ({ x }) => tf.transpose(x!, [2, 0, 1]));
  differentiable('expandDims and squeeze', { x: F(2, 1, 3) }, ({ x }) => tf.expandDims(tf.squeeze(x!), -1));
  differentiable('concat', { x: F(2, 3), y: F(2, 4) }, ({ x, y }) => tf.concat([x!, y!, x!], -1));
  differentiable('stack', { x: F(2, 3), y: F(2, 3) }, ({ x, y }) => tf.stack([x!, y!], 1));
  differentiable('unstack', { x: F(3, 2) }, ({ x }) => tf.mul(...(tf.unstack(x!, 1) as [tf.Tensor, tf.Tensor])));
  differentiable('split', { x: F(3, 4) }, ({ x }) => tf.mul(...(tf.split(x!, 2, 1) as [tf.Tensor, tf.Tensor])));
  differentiable('slice', { x: F(4, 3) }, ({ x }) => tf.slice(x!, [1, 0], [2, -1]));
  valued('stridedSlice, also backwards', { x: F(4, 5) }, ({ x }) => [
    tf.stridedSlice(x!, [0, 1], [4, 4], [2, 2]),
    tf.stridedSlice(x!, [3, 4], [0, -6], [-1, -2]),
  ]);
  differentiable('pad', { x: F(2, 3) }, ({ x }) =>
    tf.pad(
      x!,
      [
        [1, 2],
        [0, 1],
      ],
      7,
    ),
  );
  differentiable('stridedSlice, with axes dropped and put in', { x: F(4, 5, 3) }, ({ x }) =>
    tf.stridedSlice(x!, [3, 1, 0], [0, 2, 3], [-2, 1, 2], 0, 0, 0, 0, 2),
  );
  differentiable('mirrorPad, reflected', { x: F(3, 4) }, ({ x }) =>
    tf.mirrorPad(
      x!,
      [
        [1, 2],
        [0, 3],
      ],
      'reflect',
    ),
  );
  differentiable('mirrorPad, symmetric', { x: F(3, 4) }, ({ x }) =>
    tf.mirrorPad(
      x!,
      [
        [3, 1],
        [2, 0],
      ],
      'symmetric',
    ),
  );
  differentiable('tile', { x: F(2, 3) }, ({ x }) => tf.tile(x!, [2, 3]));
  differentiable('broadcastTo', { x: F(1, 3) }, ({ x }) => tf.broadcastTo(x!, [4, 3]));
  differentiable('reverse', { x: F(2, 3) }, ({ x }) => tf.reverse(x!, 1));
  differentiable('gather', { x: F(3, 5), at: I(5, 4) }, ({ x, at }) => tf.gather(x!, at!, 1));
  differentiable('gather in batches', { x: F(3, 5, 2), at: I(5, 3, 2) }, ({ x, at }) => tf.gather(x!, at!, 1, 1));
  differentiable('gather in batches of batches', { x: F(2, 3, 2, 5), at: I(5, 2, 3, 4) }, ({ x, at }) =>
    tf.gather(x!, at!, 3, 2),
  );
  differentiable('gatherND', { x: F(4, 4, 2), at: I(4, 5, 2) }, ({ x, at }) => tf.gatherND(x!, at!));
  differentiable('scatterND', { x: F(5, 2), at: I(4, 5, 2) }, ({ x, at }) => tf.scatterND(at!, x!, [4, 4, 2]));
  differentiable('diag', { x: F(3) }, ({ x }) => tf.diag(x!));
  differentiable('tile of six axes', { x: F(1, 2, 1, 3, 1, 2) }, ({ x }) => tf.tile(x!, [2, 1, 3, 2, 1, 2]));
  differentiable('depthToSpace', { x: F(2, 3, 2, 12) }, ({ x }) => tf.depthToSpace(x as tf.Tensor4D, 2));
  differentiable('spaceToBatchND', { x: F(2, 3, 4, 2) }, ({ x }) =>
    tf.spaceToBatchND(
      x!,
      [2, 2],
      [
        [1, 0],
        [0, 0],
      ],
    ),
  );
  differentiable('batchToSpaceND', { x: F(8, 2, 2, 3) }, ({ x }) =>
    tf.batchToSpaceND(
      x!,
      [2, 2],
      [
        [1, 0],
        [0, 1],
      ],
    ),
  );
  valued('counting', { x: I(6, 9), w: F(9), rows: I(4, 3, 5) }, ({ x, w, rows }) => [
    tf.bincount(x as tf.Tensor1D, w as tf.Tensor1D, 5),
    tf.bincount(x as tf.Tensor1D, tf.tensor1d([], 'int32'), 6),
    tf.denseBincount(rows as tf.Tensor2D, tf.tensor2d([], [0, 0], 'float32'), 3, false),
    tf.denseBincount(rows as tf.Tensor2D, tf.tensor2d([], [0, 0], 'float32'), 3, true),
  ]);
  valued('searching', { x: F(2, 7), v: F(2, 4) }, ({ x, v }) => {
    const sorted = tf.reverse(tf.topk(x!, 7).values, 1);
    return [tf.searchSorted(sorted, v!), tf.searchSorted(sorted, tf.slice(sorted, [0, 2], [2, 3]), 'right')];
  });
  valued('a matrix of confusion', { a: I(3, 9), b: I(3, 9) }, ({ a, b }) =>
    tf.math.confusionMatrix(a as tf.Tensor1D, b as tf.Tensor1D, 3),
  );
  valued('oneHot', { at: I(6, 5) }, ({ at }) => [tf.oneHot(at!, 4, 2, -1), tf.oneHot(at!, 4, 1, 0, 'int32')]);
  valued('what is made from nothing', { x: F(5) }, ({ x }) => [
    tf.add(x!, tf.range(0, 5)),
    tf.add(x!, tf.linspace(0, 1, 5)),
    tf.matMul(tf.reshape(x!, [1, 5]), tf.eye(5)),
    tf.fill([2], 3),
    tf.onesLike(x!),
  ]);
});

describe('convolutions agree, values and gradients', () => {
  const convolution = (
    title: string,
    x: Drawn,
    filter: Drawn,
    stride: number,
    pad: 'same' | 'valid' | number,
  ): void => {
    differentiable(title, { x, filter }, ({ x: images, filter: w }) =>
      tf.conv2d(images as tf.Tensor4D, w as tf.Tensor4D, stride, pad),
    );
  };
  for (const channels of [3, 16]) {
    differentiable(
      `dilation, ${channels} channels`,
      { x: F(2, 9, 9, channels), filter: F(3, 3, channels, 16) },
      ({ x, filter }) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', 2),
    );
  }
  differentiable('dilation that differs by axis, valid', { x: F(2, 9, 8, 3), filter: F(2, 3, 3, 4) }, ({ x, filter }) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid', 'NHWC', [3, 2]),
  );
  differentiable('dilation, depthwise', { x: F(2, 7, 6, 3), filter: F(3, 3, 3, 2) }, ({ x, filter }) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', 2),
  );
  for (const activation of ['relu', 'prelu', 'leakyrelu'] as const) {
    valued(
      `fused convolution, ${activation}`,
      { x: F(2, 5, 5, 3), filter: F(3, 3, 3, 4), bias: F(4), slopes: F(4) },
      ({ x, filter, bias, slopes }) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: filter as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          bias: bias!,
          activation,
          preluActivationWeights: slopes!,
          leakyreluAlpha: 0.1,
        }),
    );
  }
  differentiable('transposed', { x: F(2, 3, 4, 3), filter: F(3, 3, 2, 3) }, ({ x, filter }) =>
    tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [2, 6, 8, 2], 2, 'same'),
  );
  differentiable('transposed, blocks of 16', { x: F(16, 3, 4, 32), filter: F(2, 2, 16, 32) }, ({ x, filter }) =>
    tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [16, 6, 8, 16], 2, 'same'),
  );
  differentiable('separable', { x: F(2, 5, 5, 3), depth: F(3, 3, 3, 2), point: F(1, 1, 6, 4) }, ({ x, depth, point }) =>
    tf.separableConv2d(x as tf.Tensor4D, depth as tf.Tensor4D, point as tf.Tensor4D, 1, 'same'),
  );
  differentiable('in one dimension', { x: F(2, 9, 3), filter: F(3, 3, 4) }, ({ x, filter }) =>
    tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, 1, 'same', 'NWC', 1),
  );
  convolution('same, stride 2', F(2, 9, 8, 3), F(3, 3, 3, 4), 2, 'same');
  convolution('valid', F(2, 6, 5, 3), F(3, 2, 3, 4), 1, 'valid');
  convolution('padding in numbers, stride 2', F(2, 8, 7, 3), F(3, 3, 3, 4), 2, 1);
  convolution('a filter that does not reach the end', F(2, 10, 10, 2), F(3, 3, 2, 2), 3, 'valid');
  convolution('blocks of 16', F(16, 5, 6, 32), F(3, 3, 32, 16), 1, 1);
  convolution('blocks of 16, stride 2, even', F(16, 6, 8, 16), F(3, 3, 16, 32), 2, 1);
  convolution('blocks of 16, stride 2, odd', F(16, 7, 5, 16), F(3, 3, 16, 32), 2, 1);
  convolution('blocks of 16, 1x1', F(32, 4, 3, 16), F(1, 1, 16, 32), 1, 0);
  convolution('blocks of 16, 1x1, stride 2', F(16, 6, 7, 32), F(1, 1, 32, 16), 2, 0);
  convolution('blocks of 16, 5x5, same, stride 2', F(16, 7, 8, 16), F(5, 5, 16, 16), 2, 'same');
  convolution('few channels to blocks, 7x7, stride 2', F(16, 12, 10, 3), F(7, 7, 3, 16), 2, 3);
  convolution('few channels to blocks, 3x3', F(16, 6, 5, 3), F(3, 3, 3, 32), 1, 1);
  convolution('a batch that fills no block, 1x1, stride 2', F(3, 5, 7, 16), F(1, 1, 16, 32), 2, 0);
  convolution('a batch that fills no block, whose pixels do, 1x1', F(4, 3, 4, 16), F(1, 1, 16, 32), 1, 0);
  convolution('a batch that fills no block, whose pixels do, 1x1, stride 2', F(8, 7, 8, 32), F(1, 1, 32, 16), 2, 0);
  convolution('a batch that fills no block, few channels', F(17, 8, 6, 3), F(3, 3, 3, 16), 2, 1);
  convolution('a batch that fills no block', F(3, 5, 6, 16), F(3, 3, 16, 16), 1, 1);
  convolution('a filter larger than the image', F(16, 4, 4, 16), F(5, 5, 16, 16), 1, 2);
  convolution('an image of one pixel, padding in numbers', F(5, 1, 1, 16), F(3, 3, 16, 32), 1, 1);
  convolution('a first row and column beside the image', F(16, 8, 8, 16), F(3, 3, 16, 32), 2, 1);
  convolution('a filter on small images', F(3, 2, 3, 4), F(3, 3, 4, 5), 1, 1);
  convolution('a filter on small images, stride 2', F(2, 6, 5, 5), F(3, 3, 5, 4), 2, 1);
  convolution('a filter on small images, some of which it never sees', F(2, 8, 7, 3), F(2, 2, 3, 4), 3, 'valid');
  convolution('an image of one pixel', F(3, 1, 1, 4), F(3, 3, 4, 8), 1, 'same');
  convolution('one tap that sees padding too', F(2, 3, 4, 5), F(1, 1, 5, 6), 2, 1);
  convolution('one tap that sees nothing but padding', F(2, 1, 1, 5), F(1, 1, 5, 6), 2, 1);
  differentiable('a filter on small images, dilation', { x: F(2, 3, 3, 3), filter: F(3, 3, 3, 4) }, ({ x, filter }) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', 2),
  );
  differentiable('depthwise', { x: F(2, 6, 7, 3), filter: F(3, 3, 3, 2) }, ({ x, filter }) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'),
  );
  differentiable('depthwise, stride 2', { x: F(2, 7, 6, 16), filter: F(3, 3, 16, 1) }, ({ x, filter }) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same'),
  );
});

describe('pools agree, values and gradients', () => {
  const rounded = (x: tf.Tensor): tf.Tensor4D => tf.relu(x) as tf.Tensor4D; // many equal values: the first maximum wins
  for (const channels of [3, 16]) {
    differentiable(`maxPool 3/2 same, ${channels} channels`, { x: F(2, 7, 8, channels) }, ({ x }) =>
      tf.maxPool(rounded(x!), 3, 2, 'same'),
    );
    differentiable(`maxPool 3/2 padded by 1, ${channels} channels`, { x: F(2, 8, 7, channels) }, ({ x }) =>
      tf.maxPool(x as tf.Tensor4D, 3, 2, 1),
    );
    differentiable(`maxPool 3/2 after a pad, ${channels} channels`, { x: F(2, 8, 6, channels) }, ({ x }) =>
      tf.maxPool(
        tf.pad(rounded(x!), [
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]),
        3,
        2,
        'valid',
      ),
    );
    differentiable(`maxPool 2/2, ${channels} channels`, { x: F(2, 8, 5, channels) }, ({ x }) =>
      tf.maxPool(x as tf.Tensor4D, 2, 2, 'valid'),
    );
    differentiable(`maxPool 3/1, ${channels} channels`, { x: F(2, 5, 5, channels) }, ({ x }) =>
      tf.maxPool(x as tf.Tensor4D, 3, 1, 'valid'),
    );
    differentiable(`avgPool 2/2, ${channels} channels`, { x: F(2, 6, 6, channels) }, ({ x }) =>
      tf.avgPool(x as tf.Tensor4D, 2, 2, 'valid'),
    );
    differentiable(`avgPool 3/2 same, ${channels} channels`, { x: F(2, 6, 6, channels) }, ({ x }) =>
      tf.avgPool(x as tf.Tensor4D, 3, 2, 'same'),
    );
  }
});

describe('operations on images agree, values and gradients', () => {
  for (const name of ['resizeBilinear', 'resizeNearestNeighbor'] as const) {
    for (const size of [
      [7, 3],
      [3, 8],
      [1, 1],
    ] as [number, number][]) {
      for (const [alignCorners, halfPixels] of [
        [false, false],
        [true, false],
        [false, true],
      ] as const) {
        differentiable(
          `${name} to ${size.join('x')}${alignCorners ? ', corners aligned' : halfPixels ? ', by half pixels' : ''}`,
          { x: F(2, 4, 5, 3) },
          ({ x }) => tf.image[name](x as tf.Tensor4D, size, alignCorners, halfPixels),
        );
      }
    }
  }
  differentiable(
    'what a decoder does: blocks of 16 doubled, beside others, and convolved',
    { x: F(16, 3, 4, 32), skip: F(16, 6, 8, 16), filter: F(3, 3, 48, 16) },
    ({ x, skip, filter }) =>
      tf.conv2d(
        tf.concat([tf.image.resizeBilinear(x as tf.Tensor4D, [6, 8], false, true), skip as tf.Tensor4D], 3),
        filter as tf.Tensor4D,
        1,
        1,
      ),
  );
  differentiable('what a decoder does, to an odd side', { x: F(2, 4, 4, 3), skip: F(2, 7, 7, 2) }, ({ x, skip }) =>
    tf.concat([tf.image.resizeBilinear(x as tf.Tensor4D, [7, 7], false, true), skip as tf.Tensor4D], 3),
  );
  for (const method of ['bilinear', 'nearest'] as const) {
    for (const size of [
      [3, 4],
      [1, 1],
    ] as [number, number][]) {
      valued(`cropAndResize to ${size.join('x')}, ${method}`, { x: F(2, 6, 5, 3) }, ({ x }) =>
        tf.image.cropAndResize(
          x as tf.Tensor4D,
          tf.tensor2d([
            [0, 0, 1, 1],
            [0.1, 0.7, 0.8, 0.2],
            [-0.2, 0.1, 0.75, 1.3],
          ]),
          tf.tensor1d([0, 1, 1], 'int32'),
          size,
          method,
          0.5,
        ),
      );
    }
  }
  valued('flips and rotations', { x: F(2, 5, 6, 3) }, ({ x }) => [
    tf.image.flipLeftRight(x as tf.Tensor4D),
    tf.image.rotateWithOffset(x as tf.Tensor4D, 0.4, 0.25, 0.5),
    tf.image.rotateWithOffset(x as tf.Tensor4D, -1, [1, 2, 3], [0.2, 0.6]),
  ]);
  differentiable('to greyscale and back', { x: F(2, 3, 3, 3) }, ({ x }) =>
    tf.image.grayscaleToRGB(tf.image.rgbToGrayscale(x as tf.Tensor4D)),
  );
});

describe('batch normalisation agrees, values and gradients', () => {
  for (const shape of [
    [4, 3, 5, 5],
    [6, 5],
    [4, 3, 3, 16],
  ]) {
    const channels = shape.at(-1)!;
    const normalise = ({ x, scale, offset }: Inputs) =>
      batchNormTraining(tf.add(x!, 1), scale as tf.Tensor1D, offset as tf.Tensor1D, 1e-5);
    differentiable(
      `of [${shape.join()}]`,
      { x: F(...shape), scale: F(channels), offset: F(channels) },
      (inputs) => normalise(inputs).y,
      1e-4,
    );
    valued(`statistics of [${shape.join()}]`, { x: F(...shape), scale: F(channels), offset: F(channels) }, (inputs) => [
      normalise(inputs).mean,
      normalise(inputs).variance,
    ]);
  }
  differentiable(
    'with an addition and a ReLU, in blocks',
    { x: F(4, 3, 3, 16), scale: F(16), offset: F(16), past: F(4, 3, 3, 16) },
    ({ x, scale, offset, past }) => {
      const { y } = batchNormTraining(
        tf.conv2d(x as tf.Tensor4D, tf.reshape(tf.linspace(-0.2, 0.3, 256), [1, 1, 16, 16]), 1, 0),
        scale as tf.Tensor1D,
        offset as tf.Tensor1D,
        1e-5,
      );
      return tf.relu(tf.add(y, past!));
    },
    1e-4,
  );
  differentiable(
    'by given statistics',
    { x: F(2, 3, 3, 5), mean: F(5), variance: F(5), offset: F(5), scale: F(5) },
    ({ x, mean, variance, offset, scale }) =>
      tf.batchNorm(x!, mean as tf.Tensor1D, positive(variance!), offset, scale, 1e-5),
  );
});
