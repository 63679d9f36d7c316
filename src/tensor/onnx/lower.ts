/**
 * Programs to ONNX models, in standard operators.
 *
 * tfjs images are [N, H, W, C], ONNX wants [N, C, H, W]. Each rank-4 value is kept in the layout in which it was computed
 * and transposed only when somebody needs the other; elementwise operations follow their inputs. So between
 * convolutions nothing is transposed.
 */
import { convolutionOf, poolOf, segmentsOf, sliceOf, stridedSliceOf, axesOf, type ConvolutionAttributes, type PoolAttributes, type SliceAttributes, type StridedSliceAttributes, type Window } from '../graph/attributes.ts';
import { dataOf, splatOf } from '../graph/graph.ts';
import type { Node, Value } from '../graph/node.ts';
import { liveNodes, type Program } from '../graph/program.ts';
import { sizeOf, type DType } from '../host-tensor.ts';
import { TraceError } from '../errors.ts';
import { ELEMENT, ModelBuilder } from './model.ts';

export interface Lowered {
  readonly model: Uint8Array;
  /** Names in the model, by path. */
  readonly inputs: ReadonlyMap<string, string>;
  readonly state: ReadonlyMap<string, { readonly from: string; readonly to: string }>;
  readonly outputs: ReadonlyMap<string, string>;
}

type Layout = 'plain' | 'channelsFirst';
const TO_FIRST = [0, 3, 1, 2];
const TO_LAST = [0, 2, 3, 1];

export function lower(program: Program): Lowered {
  return new Lowering(program).run();
}

const SIMPLE: Readonly<Record<string, string>> = {
  Sigmoid: 'Sigmoid', Tanh: 'Tanh', Exp: 'Exp', Log: 'Log', Sqrt: 'Sqrt', Neg: 'Neg', Abs: 'Abs', Sign: 'Sign', Floor: 'Floor', Ceil: 'Ceil', Round: 'Round', Erf: 'Erf', Sin: 'Sin', Cos: 'Cos',
  Tan: 'Tan', Asin: 'Asin', Acos: 'Acos', Atan: 'Atan', Sinh: 'Sinh', Cosh: 'Cosh', Asinh: 'Asinh', Acosh: 'Acosh', Atanh: 'Atanh', Softplus: 'Softplus', Elu: 'Elu', Selu: 'Selu',
  Relu: 'Relu', Reciprocal: 'Reciprocal', Identity: 'Identity', LogicalNot: 'Not', IsNan: 'IsNaN', IsInf: 'IsInf',
  Add: 'Add', Sub: 'Sub', Multiply: 'Mul', RealDiv: 'Div', Maximum: 'Max', Minimum: 'Min', Pow: 'Pow',
  Equal: 'Equal', Greater: 'Greater', GreaterEqual: 'GreaterOrEqual', Less: 'Less', LessEqual: 'LessOrEqual', LogicalAnd: 'And', LogicalOr: 'Or',
};

class Lowering {
  readonly #program: Program;
  readonly #b = new ModelBuilder();
  readonly #names = new Map<Value, Partial<Record<Layout, string>>>();

  constructor(program: Program) {
    this.#program = program;
  }

  run(): Lowered {
    const { inputs, state, outputs } = this.#program;
    const feed = ({ path, value }: { path: string; value: Value }, prefix: string): [string, string] => {
      const name = `${prefix}:${path}`;
      this.#b.input(name, value.dtype, value.shape);
      this.#set(value, name);
      return [path, name];
    };
    const fed = new Map(inputs.map((input) => feed(input, 'input')));
    const from = new Map(state.map((leaf) => feed(leaf, 'state')));
    for (const node of liveNodes(this.#program)) if (!['Input', 'State'].includes(node.kernel)) this.#lower(node);
    const result = (value: Value): string => {
      // An identity, because one value may be several results, or a source itself.
      const identity = this.#b.op('Identity', [this.#plain(value)]);
      this.#b.output(identity, value.dtype, value.shape);
      return identity;
    };
    return {
      inputs: fed,
      state: new Map(state.map(({ path, next }) => [path, { from: from.get(path)!, to: result(next) }])),
      outputs: new Map(outputs.map(({ path, value }) => [path, result(value)])),
      model: this.#b.encode(),
    };
  }

  #set(value: Value, name: string, layout: Layout = 'plain'): void {
    this.#names.set(value, { ...this.#names.get(value), [layout]: name });
  }

  #plain(value: Value): string {
    const names = this.#names.get(value)!;
    if (names.plain === undefined) this.#set(value, this.#b.op('Transpose', [names.channelsFirst!], { perm: TO_LAST }));
    return this.#names.get(value)!.plain!;
  }

  /** Of a rank-4 value: [N, C, H, W]. */
  #first(value: Value): string {
    const names = this.#names.get(value)!;
    if (names.channelsFirst === undefined) {
      const [, height, width, channels] = value.shape as [number, number, number, number];
      const name = channels === 1 || height * width === 1 ? this.#reshape(names.plain!, TO_FIRST.map((i) => value.shape[i]!)) : this.#b.op('Transpose', [names.plain!], { perm: TO_FIRST });
      this.#set(value, name, 'channelsFirst');
    }
    return this.#names.get(value)!.channelsFirst!;
  }

  #isFirst(value: Value): boolean {
    return this.#names.get(value)!.plain === undefined;
  }

  #reshape(name: string, shape: readonly number[]): string {
    return this.#b.op('Reshape', [name, this.#b.int64(shape)]);
  }

  #lower(node: Node): void {
    const rule = RULES[node.kernel];
    if (rule) return rule(node, this.tools);
    const op = SIMPLE[node.kernel];
    if (op === undefined) throw new TraceError(`The operation "${node.kernel}" has no form in ONNX yet. docs/tensor.md lists those that have, and says how to add one.`);
    this.#elementwise(node, (names) => this.#b.op(op, names));
  }

  /** Elementwise with broadcasting: in the layout of the inputs that are already channels first. */
  #elementwise(node: Node, compute: (names: string[]) => string): void {
    const output = node.outputs[0]!;
    const first = output.shape.length === 4 && node.inputs.some((input) => input.shape.length === 4 && this.#isFirst(input));
    const names = node.inputs.map((input) => (first ? this.#aligned(input) : this.#plain(input)));
    this.#set(output, compute(names), first ? 'channelsFirst' : 'plain');
  }

  /** An operand of a channels-first operation: trailing axes are the channels'. */
  #aligned(value: Value): string {
    const rank = value.shape.length;
    if (rank === 4) return this.#first(value);
    if (sizeOf(value.shape) === 1) return this.#plain(value);
    if (rank === 1) return this.#reshape(this.#plain(value), [value.shape[0]!, 1, 1]);
    const padded = [...new Array<number>(4 - rank).fill(1), ...value.shape];
    return this.#b.op('Transpose', [this.#reshape(this.#plain(value), padded)], { perm: TO_FIRST });
  }

  readonly tools: Tools = {
    b: this.#b,
    plain: (value) => this.#plain(value),
    first: (value) => this.#first(value),
    isFirst: (value) => this.#isFirst(value),
    reshape: (name, shape) => this.#reshape(name, shape),
    set: (value, name, layout) => {
      this.#set(value, name, layout);
    },
    elementwise: (node, compute) => {
      this.#elementwise(node, compute);
    },
  };
}

interface Tools {
  readonly b: ModelBuilder;
  plain(value: Value): string;
  first(value: Value): string;
  isFirst(value: Value): boolean;
  reshape(name: string, shape: readonly number[]): string;
  set(value: Value, name: string, layout?: Layout): void;
  elementwise(node: Node, compute: (names: string[]) => string): void;
}

type Rule = (node: Node, tools: Tools) => void;

const output = ({ outputs }: Node): Value => outputs[0]!;
const float = (b: ModelBuilder, value: number): string => b.scalar(value, 'float32');
const windowPads = ({ padInfo: { top, left, bottom, right } }: Window): number[] => [top, left, bottom, right];

function reduction(op: string, axesAsInput: boolean): Rule {
  return (node, { b, plain, first, isFirst, set }) => {
    const x = node.inputs[0]!;
    let axes = axesOf(node.attributes, x.shape);
    const keepdims = node.attributes.keepDims === true ? 1 : 0;
    if (axes.length === 0) {
      set(output(node), plain(x));
      return;
    }
    const images = x.shape.length === 4 && isFirst(x);
    const keptChannels = images && axes.includes(1) && axes.includes(2) && !axes.includes(3);
    const from = keptChannels ? first(x) : plain(x);
    if (keptChannels) axes = axes.map((axis) => TO_LAST[axis]!);
    const reduced = axesAsInput ? b.op(op, [from, b.int64(axes)], { keepdims }) : b.op(op, [from], { axes, keepdims });
    set(output(node), reduced, keptChannels && keepdims === 1 ? 'channelsFirst' : 'plain');
  };
}

/** Booleans are reduced as numbers. */
function quantifier(op: string): Rule {
  return (node, { b, plain, set }) => {
    const x = node.inputs[0]!;
    const keepdims = node.attributes.keepDims === true ? 1 : 0;
    const numbers = b.op('Cast', [plain(x)], { to: ELEMENT.int32 });
    const reduced = b.op(op, [numbers], { axes: axesOf(node.attributes, x.shape), keepdims });
    set(output(node), b.op('Cast', [reduced], { to: ELEMENT.bool }));
  };
}

function extremum(op: string): Rule {
  return (node, { b, plain, set }) => {
    const [axis] = axesOf(node.attributes, node.inputs[0]!.shape);
    set(output(node), b.op('Cast', [b.op(op, [plain(node.inputs[0]!)], { axis: axis!, keepdims: 0 })], { to: ELEMENT.int32 }));
  };
}

const filterFirst = (name: string, b: ModelBuilder): string => b.op('Transpose', [name], { perm: [3, 2, 0, 1] });

const convolve: Rule = (node, { b, plain, first, set }) => {
  const [x, filter] = node.inputs as [Value, Value];
  const window = convolutionOf(x.shape, filter.shape, node.attributes as unknown as ConvolutionAttributes);
  const { strideHeight, strideWidth, dilationHeight, dilationWidth, filterHeight, filterWidth } = window;
  const name = b.op('Conv', [first(x), filterFirst(plain(filter), b)], { kernel_shape: [filterHeight, filterWidth], strides: [strideHeight, strideWidth], dilations: [dilationHeight, dilationWidth], pads: windowPads(window) });
  set(output(node), name, 'channelsFirst');
};

const convolveInputGradient: Rule = (node, { b, plain, first, set }) => {
  const [dy, filter] = node.inputs as [Value, Value];
  const shape = node.attributes.inputShape as number[];
  const window = convolutionOf(shape, filter.shape, node.attributes as unknown as ConvolutionAttributes);
  const { strideHeight, strideWidth, filterHeight, filterWidth, outHeight, outWidth, padInfo } = window;
  const rest = (side: number, out: number, stride: number, kernel: number, before: number, after: number): number => side + before + after - ((out - 1) * stride + kernel);
  const output_padding = [rest(shape[1]!, outHeight, strideHeight, filterHeight, padInfo.top, padInfo.bottom), rest(shape[2]!, outWidth, strideWidth, filterWidth, padInfo.left, padInfo.right)];
  const name = b.op('ConvTranspose', [first(dy), filterFirst(plain(filter), b)], { kernel_shape: [filterHeight, filterWidth], strides: [strideHeight, strideWidth], pads: windowPads(window), output_padding });
  set(output(node), name, 'channelsFirst');
};

/** A convolution whose batch are the input channels and whose kernel is the gradient of the output. */
const convolveFilterGradient: Rule = (node, { b, first, set }) => {
  const [x, dy] = node.inputs as [Value, Value];
  const window = convolutionOf(x.shape, node.attributes.filterShape as number[], node.attributes as unknown as ConvolutionAttributes);
  const { strideHeight, strideWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = window;
  const [, height, width] = x.shape as [number, number, number, number];
  const unseen = (side: number, out: number, stride: number, kernel: number, padding: number): number => side + padding - ((out - 1) * stride + kernel);
  const swap = { perm: [1, 0, 2, 3] };
  const bottom = padInfo.bottom - unseen(height, outHeight, strideHeight, filterHeight, padInfo.top + padInfo.bottom);
  const right = padInfo.right - unseen(width, outWidth, strideWidth, filterWidth, padInfo.left + padInfo.right);
  let from = first(x);
  if (bottom < 0 || right < 0) from = b.op('Slice', [from, b.int64([0, 0]), b.int64([height + Math.min(0, bottom), width + Math.min(0, right)]), b.int64([2, 3])]);
  const pads = [padInfo.top, padInfo.left, Math.max(0, bottom), Math.max(0, right)];
  const name = b.op('Conv', [b.op('Transpose', [from], swap), b.op('Transpose', [first(dy)], swap)], { kernel_shape: [outHeight, outWidth], dilations: [strideHeight, strideWidth], pads }); // [ci, co, kh, kw]
  set(output(node), b.op('Transpose', [name], { perm: [2, 3, 0, 1] }));
};

const maxPool: Rule = (node, { b, first, set }) => {
  const window = poolOf(node.inputs[0]!.shape, node.attributes as unknown as PoolAttributes);
  const name = b.op('MaxPool', [first(node.inputs[0]!)], { kernel_shape: [window.filterHeight, window.filterWidth], strides: [window.strideHeight, window.strideWidth], pads: windowPads(window) });
  set(output(node), name, 'channelsFirst');
};

/** The gradient goes to where the maximum was found: pooled again for its place, then scattered. */
const maxPoolGradient: Rule = (node, { b, first, reshape, set }) => {
  const [dy, x] = node.inputs as [Value, Value, Value];
  const window = poolOf(x.shape, node.attributes as unknown as PoolAttributes);
  const [, places] = b.ops('MaxPool', [first(x)], 2, { kernel_shape: [window.filterHeight, window.filterWidth], strides: [window.strideHeight, window.strideWidth], pads: windowPads(window) });
  const size = sizeOf(x.shape);
  const zeros = b.op('Expand', [float(b, 0), b.int64([size])]);
  const scattered = b.op('ScatterElements', [zeros, reshape(places!, [-1]), reshape(first(dy), [-1])], { axis: 0, reduction: 'add' });
  set(output(node), reshape(scattered, TO_FIRST.map((i) => x.shape[i]!)), 'channelsFirst');
};

const IMAGE_AXES = [0, 2, 3];

const batchNorm: Rule = (node, { b, plain, first, set }) => {
  const [x, scale, offset] = node.inputs as [Value, Value, Value];
  const [y, mean, variance] = node.outputs as [Value, Value, Value];
  const from = first(x);
  const average = b.op('ReduceMean', [from], { axes: IMAGE_AXES, keepdims: 1 });
  const centred = b.op('Sub', [from, average]);
  const spread = b.op('ReduceMean', [b.op('Mul', [centred, centred])], { axes: IMAGE_AXES, keepdims: 0 });
  const flat = b.op('Reshape', [average, b.int64(mean.shape)]);
  set(mean, flat);
  set(variance, spread);
  set(y, b.op('BatchNormalization', [from, plain(scale), plain(offset), flat, spread], { epsilon: { float: node.attributes.epsilon as number } }), 'channelsFirst');
};

const batchNormGradient: Rule = (node, { b, plain, first, set }) => {
  const [dy, x, scale, mean, variance] = node.inputs as [Value, Value, Value, Value, Value];
  const [dx, dScale, dOffset] = node.outputs as [Value, Value, Value];
  const channels = x.shape[3]!;
  const count = sizeOf(x.shape) / channels;
  const perChannel = (name: string): string => b.op('Reshape', [name, b.int64([channels, 1, 1])]);
  const inverse = b.op('Reciprocal', [b.op('Sqrt', [b.op('Add', [plain(variance), float(b, node.attributes.epsilon as number)])])]);
  const normalised = b.op('Mul', [b.op('Sub', [first(x), perChannel(plain(mean))]), perChannel(inverse)]);
  const sum = (name: string): string => b.op('ReduceSum', [name, b.int64(IMAGE_AXES)], { keepdims: 0 });
  const offsetSum = sum(first(dy));
  const scaleSum = sum(b.op('Mul', [first(dy), normalised]));
  const share = (name: string): string => perChannel(b.op('Div', [name, float(b, count)]));
  const inner = b.op('Sub', [b.op('Sub', [first(dy), share(offsetSum)]), b.op('Mul', [normalised, share(scaleSum)])]);
  set(dx, b.op('Mul', [inner, perChannel(b.op('Mul', [plain(scale), inverse]))]), 'channelsFirst');
  set(dScale, scaleSum);
  set(dOffset, offsetSum);
};

const matMul: Rule = (node, { b, plain, set }) => {
  const [x, y] = node.inputs as [Value, Value];
  const { transposeA, transposeB } = node.attributes;
  const turned = (value: Value, turn: unknown): string => {
    if (turn !== true) return plain(value);
    const rank = value.shape.length;
    const perm = value.shape.map((_, i) => (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2));
    return b.op('Transpose', [plain(value)], { perm });
  };
  set(output(node), b.op('MatMul', [turned(x, transposeA), turned(y, transposeB)]));
};

const RULES: Readonly<Record<string, Rule>> = {
  Const: (node, { b, reshape, set }) => {
    const value = output(node);
    const splat = splatOf(value);
    if (splat === undefined) set(value, b.tensor(dataOf(value)!, value.dtype, value.shape));
    else if (value.shape.length === 0) set(value, b.scalar(splat, value.dtype));
    else if (sizeOf(value.shape) === 1) set(value, reshape(b.scalar(splat, value.dtype), value.shape));
    else set(value, b.op('Expand', [b.scalar(splat, value.dtype), b.int64(value.shape)]));
  },
  Square: (node, { b, elementwise }) => {
    elementwise(node, ([x]) => b.op('Mul', [x!, x!]));
  },
  Rsqrt: (node, { b, elementwise }) => {
    elementwise(node, ([x]) => b.op('Reciprocal', [b.op('Sqrt', [x!])]));
  },
  SquaredDifference: (node, { b, elementwise }) => {
    elementwise(node, ([x, y]) => {
      const difference = b.op('Sub', [x!, y!]);
      return b.op('Mul', [difference, difference]);
    });
  },
  NotEqual: (node, { b, elementwise }) => {
    elementwise(node, ([x, y]) => b.op('Not', [b.op('Equal', [x!, y!])]));
  },
  FloorDiv: (node, { b, elementwise }) => {
    elementwise(node, ([x, y]) => b.op('Cast', [b.op('Floor', [b.op('Div', [b.op('Cast', [x!], { to: ELEMENT.float32 }), b.op('Cast', [y!], { to: ELEMENT.float32 })])])], { to: ELEMENT[output(node).dtype] }));
  },
  Mod: (node, { b, elementwise }) => {
    elementwise(node, ([x, y]) => b.op('Sub', [x!, b.op('Mul', [b.op('Floor', [b.op('Div', [x!, y!])]), y!])]));
  },
  ClipByValue: (node, { b, elementwise }) => {
    const { clipValueMin, clipValueMax } = node.attributes as { clipValueMin: number; clipValueMax: number };
    elementwise(node, ([x]) => b.op('Clip', [x!, float(b, clipValueMin), float(b, clipValueMax)]));
  },
  Relu6: (node, { b, elementwise }) => {
    elementwise(node, ([x]) => b.op('Clip', [x!, float(b, 0), float(b, 6)]));
  },
  LeakyRelu: (node, { b, elementwise }) => {
    elementwise(node, ([x]) => b.op('LeakyRelu', [x!], { alpha: { float: node.attributes.alpha as number } }));
  },
  Step: (node, { b, elementwise }) => {
    const alpha = (node.attributes.alpha as number | undefined) ?? 0;
    elementwise(node, ([x]) => {
      const positive = b.op('Greater', [x!, float(b, 0)]);
      return alpha === 0 ? b.op('Cast', [positive], { to: ELEMENT.float32 }) : b.op('Where', [positive, float(b, 1), float(b, alpha)]);
    });
  },
  Expm1: (node, { b, elementwise }) => {
    elementwise(node, ([x]) => b.op('Sub', [b.op('Exp', [x!]), float(b, 1)]));
  },
  Log1p: (node, { b, elementwise }) => {
    elementwise(node, ([x]) => b.op('Log', [b.op('Add', [x!, float(b, 1)])]));
  },
  EluGrad: (node, { b, elementwise }) => {
    elementwise(node, ([dy, y]) => b.op('Where', [b.op('GreaterOrEqual', [y!, float(b, 0)]), dy!, b.op('Mul', [dy!, b.op('Add', [y!, float(b, 1)])])]));
  },
  ReluGrad: (node, { b, elementwise }) => {
    elementwise(node, ([dy, features]) => b.op('Where', [b.op('Greater', [features!, float(b, 0)]), dy!, float(b, 0)]));
  },
  Cast: (node, { b, elementwise }) => {
    const [x] = node.inputs as [Value];
    elementwise(node, ([name]) => {
      // tfjs cuts towards zero, as ONNX does; what is not 0 is true in both.
      const to = { to: ELEMENT[node.attributes.dtype as DType] };
      return x.dtype === node.attributes.dtype ? name! : b.op('Cast', [name!], to);
    });
  },
  Select: (node, { b, plain, reshape, set }) => {
    const [condition, then, otherwise] = node.inputs as [Value, Value, Value];
    const rank = then.shape.length;
    const asked = condition.shape.length < rank ? reshape(plain(condition), [...condition.shape, ...new Array<number>(rank - condition.shape.length).fill(1)]) : plain(condition);
    set(output(node), b.op('Where', [asked, plain(then), plain(otherwise)]));
  },
  AddN: (node, { b, plain, set }) => {
    set(output(node), b.op('Sum', node.inputs.map(plain)));
  },
  Softmax: (node, { b, plain, set }) => {
    set(output(node), b.op('Softmax', [plain(node.inputs[0]!)], { axis: -1 }));
  },
  Sum: reduction('ReduceSum', true),
  Mean: reduction('ReduceMean', false),
  Max: reduction('ReduceMax', false),
  Min: reduction('ReduceMin', false),
  Prod: reduction('ReduceProd', false),
  All: quantifier('ReduceMin'),
  Any: quantifier('ReduceMax'),
  ArgMax: extremum('ArgMax'),
  ArgMin: extremum('ArgMin'),
  Cumsum: (node, { b, plain, set }) => {
    const { axis, exclusive, reverse } = node.attributes;
    set(output(node), b.op('CumSum', [plain(node.inputs[0]!), b.scalar(axesOf({ axis }, node.inputs[0]!.shape)[0]!, 'int32')], { exclusive: exclusive === true ? 1 : 0, reverse: reverse === true ? 1 : 0 }));
  },
  TopK: (node, { b, plain, set }) => {
    const [values, places] = b.ops('TopK', [plain(node.inputs[0]!), b.int64([node.attributes.k as number])], 2);
    set(node.outputs[0]!, values!);
    set(node.outputs[1]!, b.op('Cast', [places!], { to: ELEMENT.int32 }));
  },
  Conv2D: convolve,
  Conv2DBackpropInput: convolveInputGradient,
  Conv2DBackpropFilter: convolveFilterGradient,
  MaxPool: maxPool,
  MaxPoolGrad: maxPoolGradient,
  BatchNormTraining: batchNorm,
  BatchNormTrainingGrad: batchNormGradient,
  BatchMatMul: matMul,
  Reshape: (node, { plain, reshape, set }) => {
    set(output(node), reshape(plain(node.inputs[0]!), output(node).shape));
  },
  ExpandDims: (node, { plain, reshape, set }) => {
    set(output(node), reshape(plain(node.inputs[0]!), output(node).shape));
  },
  BroadcastTo: (node, { b, plain, set }) => {
    set(output(node), b.op('Expand', [plain(node.inputs[0]!), b.int64(output(node).shape)]));
  },
  Transpose: (node, { b, plain, set }) => {
    set(output(node), b.op('Transpose', [plain(node.inputs[0]!)], { perm: node.attributes.perm as number[] }));
  },
  Tile: (node, { b, plain, set }) => {
    set(output(node), b.op('Tile', [plain(node.inputs[0]!), b.int64(node.attributes.reps as number[])]));
  },
  PadV2: (node, { b, plain, first, isFirst, set }) => {
    const x = node.inputs[0]!;
    const paddings = node.attributes.paddings as [number, number][];
    const images = x.shape.length === 4 && isFirst(x);
    const ordered = images ? TO_FIRST.map((i) => paddings[i]!) : paddings;
    const value = b.scalar((node.attributes.constantValue as number | undefined) ?? 0, x.dtype);
    set(output(node), b.op('Pad', [images ? first(x) : plain(x), b.int64([...ordered.map(([before]) => before), ...ordered.map(([, after]) => after)]), value]), images ? 'channelsFirst' : 'plain');
  },
  Slice: (node, { b, plain, first, isFirst, set }) => {
    const x = node.inputs[0]!;
    const { begin, size } = sliceOf(x.shape, node.attributes as unknown as SliceAttributes);
    const images = x.shape.length === 4 && isFirst(x);
    const order = images ? TO_FIRST : x.shape.map((_, i) => i);
    const axes = order.map((_, i) => i);
    set(output(node), b.op('Slice', [images ? first(x) : plain(x), b.int64(order.map((i) => begin[i]!)), b.int64(order.map((i) => begin[i]! + size[i]!)), b.int64(axes)]), images ? 'channelsFirst' : 'plain');
  },
  StridedSlice: (node, { b, plain, reshape, set }) => {
    const x = node.inputs[0]!;
    const { begin, end, strides, finalShape } = stridedSliceOf(x.shape, node.attributes as unknown as StridedSliceAttributes);
    const sliced = b.op('Slice', [plain(x), b.int64(begin), b.int64(end), b.int64(begin.map((_, i) => i)), b.int64(strides)]);
    set(output(node), reshape(sliced, finalShape));
  },
  Reverse: (node, { b, plain, set }) => {
    const dims = ([] as number[]).concat(node.attributes.dims as number | number[]).map((axis) => (axis < 0 ? axis + node.inputs[0]!.shape.length : axis));
    const shape = node.inputs[0]!.shape;
    set(output(node), dims.length === 0 ? plain(node.inputs[0]!) : b.op('Slice', [plain(node.inputs[0]!), b.int64(dims.map((axis) => shape[axis]! - 1)), b.int64(dims.map((axis) => -shape[axis]! - 1)), b.int64(dims), b.int64(dims.map(() => -1))]));
  },
  Concat: (node, { b, plain, first, isFirst, set }) => {
    const [axis] = axesOf(node.attributes, node.inputs[0]!.shape);
    const images = node.inputs.every((input) => input.shape.length === 4 && isFirst(input));
    set(output(node), b.op('Concat', node.inputs.map(images ? first : plain), { axis: images ? TO_LAST[axis!]! : axis! }), images ? 'channelsFirst' : 'plain');
  },
  Pack: (node, { b, plain, set }) => {
    const rank = node.inputs[0]!.shape.length;
    const at = node.attributes.axis as number;
    const axis = at < 0 ? at + rank + 1 : at;
    set(output(node), b.op('Concat', node.inputs.map((input) => b.op('Unsqueeze', [plain(input), b.int64([axis])])), { axis }));
  },
  Unpack: (node, { b, plain, reshape, set }) => {
    const [axis] = axesOf(node.attributes, node.inputs[0]!.shape);
    const parts = b.ops('Split', [plain(node.inputs[0]!), b.int64(node.outputs.map(() => 1))], node.outputs.length, { axis: axis! });
    node.outputs.forEach((value, i) => {
      set(value, reshape(parts[i]!, value.shape));
    });
  },
  SplitV: (node, { b, plain, set }) => {
    const { axis, sizes } = segmentsOf(node.inputs[0]!.shape, node.attributes);
    const parts = b.ops('Split', [plain(node.inputs[0]!), b.int64(sizes)], sizes.length, { axis });
    node.outputs.forEach((value, i) => {
      set(value, parts[i]!);
    });
  },
  GatherV2: (node, { b, plain, set }) => {
    const [x, indices] = node.inputs as [Value, Value];
    if (((node.attributes.batchDims as number | undefined) ?? 0) !== 0) throw new TraceError('gather with batch dimensions has no form in ONNX yet; gather from a flattened tensor instead.');
    set(output(node), b.op('Gather', [plain(x), plain(indices)], { axis: axesOf({ axis: node.attributes.axis }, x.shape)[0]! }));
  },
  UnsortedSegmentSum: (node, { b, plain, reshape, set }) => {
    const [x, ids] = node.inputs as [Value, Value];
    const zeros = b.op('Expand', [b.scalar(0, x.dtype), b.int64(output(node).shape)]);
    set(output(node), b.op('ScatterND', [zeros, b.op('Cast', [reshape(plain(ids), [...ids.shape, 1])], { to: ELEMENT.int64 }), plain(x)], { reduction: 'add' }));
  },
  OneHot: (node, { b, plain, set }) => {
    const { depth, onValue, offValue } = node.attributes as { depth: number; onValue: number; offValue: number };
    const value = output(node);
    const values = b.tensor(value.dtype === 'float32' ? Float32Array.of(offValue, onValue) : Int32Array.of(offValue, onValue), value.dtype === 'float32' ? 'float32' : 'int32', [2]);
    const hot = b.op('OneHot', [plain(node.inputs[0]!), b.scalar(depth, 'int32'), values], { axis: -1 });
    set(value, value.dtype === 'bool' ? b.op('Cast', [hot], { to: ELEMENT.bool }) : hot);
  },
};

