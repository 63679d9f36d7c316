/**
 * The state of a lowering: which value of the module stands for which of the graph, in which type; and what many
 * kernels need.
 */
import { sameShape } from '../../errors.ts';
import { numbersOf } from '../../graph/graph.ts';
import type { Node, Value } from '../../graph/node.ts';
import { inputType, outputType, type ComputeType, type ReducedNodes } from '../../graph/precision.ts';
import { sideAt } from '../../graph/sides.ts';
import { hlo, HloModule, type HloAttributes, type HloSpec, type HloValue } from './module.ts';

/** Products of float32 are computed as float32, or with operands that the device may round to TF32. */
export type ProductPrecision = 'float32' | 'tf32';

type Direction = 'EQ' | 'NE' | 'GT' | 'GE' | 'LT' | 'LE';

interface OpOptions {
  /** The shape and the type of the result; the default is those of the first input. */
  readonly shape?: readonly number[];
  readonly type?: ComputeType;
  readonly attributes?: HloAttributes;
  readonly region?: string;
}

export class HloLowering {
  readonly module = new HloModule();
  readonly products: ProductPrecision;
  readonly #reduced: ReducedNodes;
  readonly #values = new Map<Value, Map<ComputeType, HloValue>>();

  /** @param reduced the nodes that compute in bfloat16 */
  constructor(reduced: ReducedNodes, products: ProductPrecision) {
    this.#reduced = reduced;
    this.products = products;
  }

  set(value: Value, lowered: HloValue): void {
    const type = outputType(value, this.#reduced);
    this.#values.set(value, new Map([[type, this.cast(lowered, type)]]));
  }

  /** The value in the type in which it goes in and out of steps, or in the one that is asked for. */
  get(value: Value, type: ComputeType = value.dtype): HloValue {
    const known = this.#values.get(value);
    const [source] = known?.values() ?? [];
    if (known === undefined || source === undefined)
      throw new Error(`Internal error: a value of "${value.node.kernel}" is read before it is lowered.`);
    const found = known.get(type) ?? this.cast(source, type);
    known.set(type, found);
    return found;
  }

  /** The inputs of a node in the types in which it takes them. */
  inputsOf(node: Node): HloValue[] {
    return node.inputs.map((input, i) => this.get(input, inputType(node, i, this.#reduced)));
  }

  op(operation: string, inputs: readonly HloValue[], options: OpOptions = {}): HloValue {
    const [first] = inputs;
    const { shape = first?.shape, type = first?.type, attributes = {}, region = '' } = options;
    if (shape === undefined || type === undefined)
      throw new Error(`Internal error: "${operation}" has no inputs, and its result is not described.`);
    return this.module.op(operation, inputs, attributes, { type, shape }, region);
  }

  cast(x: HloValue, type: ComputeType): HloValue {
    if (x.type === type) return x;
    if (type === 'bool') return this.compare('NE', x, this.fill(0, x));
    return this.op('convert', [x], { type });
  }

  /** A number of rank 0. */
  number(value: number, type: ComputeType): HloValue {
    if (type === 'bfloat16') return this.op('convert', [this.number(value, 'float32')], { type });
    return this.module.constant({ type, shape: [] }, numbersOf(type, [value]));
  }

  fill(value: number, { type, shape }: HloSpec): HloValue {
    return this.broadcast(this.number(value, type), shape);
  }

  reshape(x: HloValue, shape: readonly number[]): HloValue {
    return sameShape(x.shape, shape) ? x : this.op('reshape', [x], { shape });
  }

  /** As numpy broadcasts: axes from the right. */
  broadcast(x: HloValue, shape: readonly number[]): HloValue {
    const missing = shape.length - x.shape.length;
    return sameShape(x.shape, shape)
      ? x
      : this.along(
          x,
          shape,
          x.shape.map((_, i) => missing + i),
        );
  }

  /** Puts the axes of a value to the given axes of a larger shape, along whose others it is repeated. */
  along(x: HloValue, shape: readonly number[], axes: readonly number[]): HloValue {
    return this.op('broadcast_in_dim', [x], { shape, attributes: { broadcast_dimensions: hlo.integers(axes) } });
  }

  compare(direction: Direction, a: HloValue, b: HloValue): HloValue {
    const kind = a.type === 'float32' || a.type === 'bfloat16' ? 'FLOAT' : a.type === 'int32' ? 'SIGNED' : 'UNSIGNED';
    const attributes = {
      comparison_direction: `#stablehlo<comparison_direction ${direction}>`,
      compare_type: `#stablehlo<comparison_type ${kind}>`,
    };
    return this.op('compare', [a, b], { attributes, type: 'bool' });
  }

  select(condition: HloValue, yes: HloValue, no: HloValue): HloValue {
    return this.op('select', [condition, yes, no], yes);
  }

  clamp(low: HloValue, x: HloValue, high: HloValue): HloValue {
    return this.op('clamp', [low, x, high], x);
  }

  transpose(x: HloValue, axes: readonly number[]): HloValue {
    if (axes.every((axis, i) => axis === i)) return x;
    const shape = axes.map((axis) => sideAt(x.shape, axis));
    return this.op('transpose', [x], { shape, attributes: { permutation: hlo.integers(axes) } });
  }

  reverse(x: HloValue, axes: readonly number[]): HloValue {
    return axes.length === 0 ? x : this.op('reverse', [x], { attributes: { dimensions: hlo.integers(axes) } });
  }

  /** The axes are dropped. */
  reduce(operation: string, x: HloValue, axes: readonly number[], start: number): HloValue {
    if (axes.length === 0) return x;
    return this.op('reduce', [x, this.number(start, x.type)], {
      shape: x.shape.filter((_, i) => !axes.includes(i)),
      attributes: { dimensions: hlo.integers(axes) },
      region: this.module.combiner(operation, x.type),
    });
  }

  /** `size` elements along each axis, from `begin` on, `strides` apart. */
  slice(
    x: HloValue,
    begin: readonly number[],
    size: readonly number[],
    strides: readonly number[] = size.map(() => 1),
  ): HloValue {
    if (sameShape(size, x.shape) && strides.every((stride) => stride === 1)) return x;
    const ends = size.map((count, i) => {
      const from = sideAt(begin, i);
      return count === 0 ? from : from + (count - 1) * sideAt(strides, i) + 1;
    });
    return this.op('slice', [x], {
      shape: size,
      attributes: {
        start_indices: hlo.integers(begin),
        limit_indices: hlo.integers(ends),
        strides: hlo.integers(strides),
      },
    });
  }

  /** @param gaps between neighbors, along each axis */
  pad(
    x: HloValue,
    fill: number,
    paddings: readonly (readonly [number, number])[],
    gaps: readonly number[] = paddings.map(() => 0),
  ): HloValue {
    const shape = paddings.map(([before, after], i) => {
      const side = sideAt(x.shape, i);
      return side + Math.max(0, side - 1) * sideAt(gaps, i) + before + after;
    });
    const attributes = {
      edge_padding_low: hlo.integers(paddings.map(([before]) => before)),
      edge_padding_high: hlo.integers(paddings.map(([, after]) => after)),
      interior_padding: hlo.integers(gaps),
    };
    return this.op('pad', [x, this.number(fill, x.type)], { shape, attributes });
  }

  concatenate(parts: readonly HloValue[], axis: number): HloValue {
    const [first, second] = parts;
    if (first === undefined) throw new Error('Internal error: nothing to concatenate.');
    if (second === undefined) return first;
    const side = parts.reduce((sum, part) => sum + sideAt(part.shape, axis), 0);
    const shape = first.shape.map((own, i) => (i === axis ? side : own));
    return this.op('concatenate', parts, { shape, attributes: { dimension: hlo.integer(axis) } });
  }

  /** Counts along an axis. */
  iota(shape: readonly number[], axis: number): HloValue {
    return this.op('iota', [], { shape, type: 'int32', attributes: { iota_dimension: hlo.integer(axis) } });
  }

  /** The attribute of a product of values of a type. Without it, XLA may round float32 to TF32. */
  precisionOf(type: ComputeType): HloAttributes {
    const exact = type === 'float32' && this.products === 'float32';
    return exact ? { precision_config: '[#stablehlo<precision HIGHEST>, #stablehlo<precision HIGHEST>]' } : {};
  }
}
