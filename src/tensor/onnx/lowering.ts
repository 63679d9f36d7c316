/** The state of a lowering to ONNX: the name of each value in each layout. */
import type { Spec, Value } from '../graph/node.ts';
import { countUses, type Program } from '../graph/program.ts';
import { sideAt } from '../graph/sides.ts';
import { assignLayouts } from './assign-layouts.ts';
import { interleaveStrides } from './stride-interleaving.ts';
import { arrange, convertLayout, expandedShape, reshape, transpose, type Arrangement, type Layout } from './layout.ts';
import { NONE, typeNumber, type Model, type Name, type OnnxType } from './model.ts';
import type { DeferredConvolution, StridedConvolutions } from './deferred-convolutions.ts';

export class Lowering {
  readonly model: Model;
  /** Channels per block; null if only standard operators are used. */
  readonly block: number | null;
  readonly #layoutOf: (value: Value) => Layout;
  readonly #uses: ReadonlyMap<Value, number>;
  readonly #names = new Map<Value, Map<Layout, Name>>();
  readonly #deferred = new Map<Value, DeferredConvolution>();
  readonly #strided = new Map<Value, StridedConvolutions>();

  constructor(model: Model, program: Program, block: number | null) {
    this.model = model;
    this.block = block;
    this.#layoutOf = assignLayouts(program, block);
    this.#uses = countUses(program);
  }

  /** The layout that a value is kept in. */
  layout(value: Value): Layout {
    return this.#layoutOf(value);
  }

  arrangement(value: Spec, layout: Layout): Arrangement {
    return arrange(layout, value.shape, this.block ?? 1);
  }

  /** True if a value is kept as images, with channels before height and width. */
  isImage(value: Value): boolean {
    const layout = this.layout(value);
    return layout === 'channels-first' || layout === 'blocked';
  }

  /** Channels per block, if there are blocks. */
  get blockSize(): number {
    if (this.block === null) throw new Error('Internal error: blocked operators where there are none.');
    return this.block;
  }

  isUsedOnce(value: Value): boolean {
    return this.#uses.get(value) === 1;
  }

  set(value: Value, layout: Layout, name: Name): void {
    this.#names.set(value, new Map([[layout, name]]));
  }

  /** The name of a value in a layout; converted once if it exists in another. */
  get(value: Value, layout: Layout = 'plain'): Name {
    this.#settle(value);
    const names = this.#names.get(value);
    if (names === undefined) throw new Error(`Internal error: ${value.node.kernel} is read before it is written.`);
    const known = names.get(layout);
    if (known !== undefined) return known;
    const [[from, name]] = [...names] as [[Layout, Name]];
    const converted = convertLayout(this.model, name, this.arrangement(value, from), this.arrangement(value, layout));
    names.set(layout, converted);
    return converted;
  }

  /** Keeps a blocked convolution open: an addition or a ReLU that follows becomes part of it. */
  defer(value: Value, deferred: DeferredConvolution): void {
    this.#deferred.set(value, deferred);
  }

  /** A deferred convolution whose only reader is the caller. */
  takeDeferred(value: Value): DeferredConvolution | undefined {
    if (!this.isUsedOnce(value)) return undefined;
    return this.#deferred.get(value);
  }

  /** The same for the gradient of a convolution with stride, in parts. */
  deferStrided(value: Value, strided: StridedConvolutions): void {
    this.#strided.set(value, strided);
  }

  takeStrided(value: Value): StridedConvolutions | undefined {
    return this.isUsedOnce(value) ? this.#strided.get(value) : undefined;
  }

  /** Writes a deferred convolution, because another operation reads it. */
  #settle(value: Value): void {
    const deferred = this.#deferred.get(value);
    const strided = this.#strided.get(value);
    this.#deferred.delete(value);
    this.#strided.delete(value);
    const layout = this.layout(value);
    if (deferred !== undefined) this.set(value, layout, this.convolve(deferred));
    if (strided !== undefined) {
      const parts = strided.map((row) => row.map((part) => (part === undefined ? undefined : this.convolve(part))));
      const image = interleaveStrides(this.model, parts, this.arrangement(value, layout), this.blockSize);
      this.set(value, layout, image);
    }
  }

  convolve({ x, filter, bias, sum, relu, attributes }: DeferredConvolution): Name {
    const inputs =
      sum !== undefined ? [x, filter, bias ?? NONE, sum] : bias !== undefined ? [x, filter, bias] : [x, filter];
    return this.model.op(
      'Conv',
      inputs,
      relu ? { ...attributes, activation: 'Relu' } : attributes,
      'com.microsoft.nchwc',
    );
  }

  // Shorthands for operators that appear everywhere.

  reshape(name: Name, shape: readonly number[]): Name {
    return reshape(this.model, name, shape);
  }

  transpose(name: Name, order: readonly number[]): Name {
    return transpose(this.model, name, order);
  }

  cast(name: Name, type: OnnxType): Name {
    return this.model.op('Cast', [name], { to: typeNumber(type) });
  }

  /** A number of the dtype of a value, for elementwise operators. */
  number(value: number, dtype: Spec['dtype']): Name {
    return dtype === 'float32'
      ? this.model.scalar(value)
      : this.model.constant(dtype, [], dtype === 'int32' ? Int32Array.of(value) : Uint8Array.of(value));
  }

  /** The integers from 0 on. */
  range(count: number, shape: readonly number[]): Name {
    return this.model.constant(
      'int32',
      shape,
      Int32Array.from({ length: count }, (_, i) => i),
    );
  }

  /** A value that broadcasts against a value of rank 4, lined up with its arrangement. */
  alignedWith(value: Value, to: Spec, layout: Layout): Name {
    const name = this.get(value);
    const sides = [...to.shape.map(() => 1).slice(value.shape.length), ...value.shape];
    if (sides.every((side) => side === 1)) return value.shape.length === 0 ? name : this.reshape(name, []);
    const full = this.arrangement(to, layout);
    const split = splitAlong(sides, to.shape, full.split);
    return this.transpose(this.reshape(name, split), full.permutation);
  }

  /** Applies an elementwise operator to tensors that broadcast, in the layout of the result. */
  elementwise(result: Value, inputs: readonly Value[], apply: (names: Name[]) => Name): void {
    const layout = this.layout(result);
    if (layout === 'plain') {
      this.set(result, layout, apply(inputs.map((input) => this.get(input))));
      return;
    }
    const arrangement = this.arrangement(result, layout);
    const isFull = (input: Value): boolean =>
      input.shape.length === result.shape.length && input.shape.every((side, i) => side === result.shape[i]);
    const isSingle = (input: Value): boolean => input.shape.every((side) => side === 1);
    const spread = inputs.some((input) => !isFull(input) && !isSingle(input));
    const names = inputs.map((input) => {
      if (!isFull(input)) return this.alignedWith(input, result, layout);
      const name = this.get(input, layout);
      return spread ? this.reshape(name, expandedShape(arrangement)) : name;
    });
    const found = apply(names);
    this.set(result, layout, spread ? this.reshape(found, arrangement.declared) : found);
  }
}

/** Splits the sides of a broadcast shape as the full shape is split; a side of 1 stays 1 in all its parts. */
function splitAlong(sides: readonly number[], full: readonly number[], split: readonly number[]): number[] {
  const parts: number[] = [];
  let at = 0;
  full.forEach((length, axis) => {
    let covered = 1;
    do {
      const part = sideAt(split, at++);
      covered *= part;
      parts.push(sides[axis] === 1 ? 1 : part);
    } while (covered < length);
  });
  return parts;
}
