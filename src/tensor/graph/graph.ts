/**
 * The graph that a traced function becomes: pure nodes at the level of tfjs kernels, all shapes known.
 *
 * Equal nodes are one node (hash-consing), so common subexpressions never exist twice; every node comes after its
 * inputs.
 */
import { createHash } from 'node:crypto';
import { sizeOf, type DType } from '../host-tensor.ts';
import { inferOutputs } from './kernels.ts';
import type { Attributes, ConstAttributes, Node, Numbers, Spec, Value } from './node.ts';

export class Graph {
  readonly nodes: Node[] = [];
  readonly #byKey = new Map<string, Node>();

  /** Adds a node, or finds the equal one. */
  add(kernel: string, inputs: readonly Value[], attributes: Attributes = {}): readonly Value[] {
    const key = keyOf(kernel, inputs, attributes);
    const known = this.#byKey.get(key);
    if (known) return known.outputs;
    const outputs: Value[] = [];
    const node: Node = { id: this.nodes.length, kernel, inputs, attributes, outputs };
    inferOutputs(kernel, inputs, attributes).forEach(({ shape, dtype }, index) =>
      outputs.push({ node, index, shape, dtype }),
    );
    this.#byKey.set(key, node);
    this.nodes.push(node);
    return outputs;
  }

  /** The first output of a node, added or found. */
  one(kernel: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    return this.add(kernel, inputs, attributes)[0]!;
  }

  /** The first output of the node if it exists. */
  find(kernel: string, inputs: readonly Value[]): Value | undefined {
    return this.#byKey.get(keyOf(kernel, inputs, {}))?.outputs[0];
  }

  fill(splat: number, { shape, dtype }: Spec): Value {
    return this.one('Const', [], { shape: [...shape], dtype, splat });
  }

  /** A constant; `data` is copied. */
  constant(data: ArrayLike<number | boolean>, { shape, dtype }: Spec): Value {
    const values = numbersOf(dtype, data);
    const first = values[0];
    if (first !== undefined && values.every((value) => Object.is(value, first)))
      return this.fill(first, { shape, dtype });
    return this.one('Const', [], { shape: [...shape], dtype, data: values });
  }
}

export function numbersOf(dtype: DType, data: ArrayLike<number | boolean>): Numbers {
  const numbers = data as ArrayLike<number>;
  switch (dtype) {
    case 'float32':
      return Float32Array.from(numbers);
    case 'int32':
      return Int32Array.from(numbers);
    case 'bool':
    case 'uint8':
      return Uint8Array.from(numbers);
  }
}

/** The given number of zeros, in the storage of a dtype. */
export function zeros(dtype: DType, count: number): Numbers {
  switch (dtype) {
    case 'float32':
      return new Float32Array(count);
    case 'int32':
      return new Int32Array(count);
    case 'bool':
    case 'uint8':
      return new Uint8Array(count);
  }
}

/** The value of a constant that is the same number everywhere. */
export function splatOf({ node }: Value): number | undefined {
  return node.kernel === 'Const' ? (node.attributes as unknown as ConstAttributes).splat : undefined;
}

/** All values of a constant. */
export function dataOf({ node, shape, dtype }: Value): Numbers | undefined {
  if (node.kernel !== 'Const') return undefined;
  const { data, splat } = node.attributes as unknown as ConstAttributes;
  return data ?? zeros(dtype, sizeOf(shape)).fill(splat);
}

function keyOf(kernel: string, inputs: readonly Value[], { data, ...attributes }: Attributes): string {
  const content = ArrayBuffer.isView(data)
    ? createHash('sha256')
        .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
        .digest('base64')
    : '';
  const written = JSON.stringify(attributes, (_, value: unknown) =>
    typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
      ? `number ${Object.is(value, -0) ? '-0' : value}`
      : value,
  );
  return `${kernel}(${inputs.map(({ node, index }) => `${node.id}:${index}`).join(',')})${written}${content}`;
}
