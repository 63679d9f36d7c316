/** An ONNX model under construction (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, IR version 9). */
import type { Numbers } from '../graph/node.ts';
import { bytes, float, integer, message, text } from '../../util/protobuf.ts';

/** A value of the model: edges have names in ONNX. */
export type Name = string & { readonly name: unique symbol };

/** The names of N outputs of an operator. */
type Names<N extends number> = N extends 1 ? readonly [Name] : N extends 2 ? readonly [Name, Name] : readonly Name[];

/** The second input of an operator that takes it optionally. */
export const NONE = '' as Name;

export type Domain = '' | 'com.microsoft' | 'com.microsoft.nchwc';
export type OnnxType = keyof typeof TYPES;

const TYPES = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, double: 11 } as const;
export const typeNumber = (type: OnnxType): number => TYPES[type];

/** Attributes that are not whole numbers say so; JavaScript cannot distinguish 1 from 1.0. */
export interface Real {
  readonly real: number;
}
export type Attribute = number | readonly number[] | string | Real;

const IR_VERSION = 9;
const OPERATORS: readonly (readonly [Domain, number])[] = [
  ['', 18],
  ['com.microsoft', 1],
  ['com.microsoft.nchwc', 1],
];

export class Model {
  readonly #nodes: Uint8Array[] = [];
  readonly #initializers: Uint8Array[] = [];
  readonly #inputs: Uint8Array[] = [];
  readonly #outputs: Uint8Array[] = [];
  /** The operators added so far: equal operators on equal inputs are merged. */
  readonly #known = new Map<string, readonly Name[]>();
  readonly #constants = new Map<string, Name>();
  #count = 0;

  get size(): number {
    return this.#nodes.length;
  }

  /** Adds an operator, or finds the equal one, and returns its first output. */
  op(
    operator: string,
    inputs: readonly Name[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain: Domain = '',
  ): Name {
    return this.ops(operator, inputs, attributes, 1, domain)[0];
  }

  /** The same for an operator of several outputs. */
  ops<const N extends number>(
    operator: string,
    inputs: readonly Name[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: N,
    domain: Domain = '',
  ): Names<N> {
    const key = JSON.stringify([domain, operator, inputs, attributes, outputs]);
    const known = this.#known.get(key);
    if (known) return known as Names<N>;
    const names = Array.from({ length: outputs }, () => this.#fresh(operator));
    this.#known.set(key, names);
    const fields = [
      ...inputs.map((input) => text(1, input)),
      ...names.map((output) => text(2, output)),
      text(3, `n${this.#nodes.length}`),
      text(4, operator),
    ];
    fields.push(
      ...Object.entries(attributes).map(([name, value]) => message(5, attributeOf(name, value))),
      text(7, domain),
    );
    this.#nodes.push(message(1, fields));
    return names as readonly Name[] as Names<N>;
  }

  /** The same values under a name of its own. */
  copy(name: Name): Name {
    const copied = this.#fresh('Identity');
    this.#nodes.push(message(1, [text(1, name), text(2, copied), text(4, 'Identity')]));
    return copied;
  }

  constant(type: OnnxType, shape: readonly number[], data: Numbers | BigInt64Array): Name {
    const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const key = `${type} [${shape.join()}] ${raw.toString('latin1')}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const name = this.#fresh('constant');
    this.#constants.set(key, name);
    this.#initializers.push(
      message(5, [...shape.map((side) => integer(1, side)), integer(2, TYPES[type]), text(8, name), bytes(9, raw)]),
    );
    return name;
  }

  /** Axes, shapes and the like. */
  integers(values: readonly number[]): Name {
    return this.constant('int64', [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  /** A float that broadcasts to anything. */
  scalar(value: number): Name {
    return this.constant('float32', [], Float32Array.of(value));
  }

  input(name: string, type: OnnxType, shape: readonly number[]): Name {
    this.#inputs.push(message(11, valueInfo(name, type, shape)));
    return name as Name;
  }

  output(name: Name, type: OnnxType, shape: readonly number[]): void {
    this.#outputs.push(message(12, valueInfo(name, type, shape)));
  }

  /** An output before all others that is no tensor, and costs nothing. */
  emptySequenceFirst(name: Name): void {
    this.#nodes.push(message(1, [text(2, name), text(4, 'SequenceEmpty')]));
    this.#outputs.unshift(
      message(12, [text(1, name), message(2, [message(4, [message(1, [message(1, [integer(1, TYPES.float32)])])])])]),
    );
  }

  encode(): Uint8Array {
    const graph = [...this.#nodes, text(2, 'step'), ...this.#initializers, ...this.#inputs, ...this.#outputs];
    return Buffer.concat([
      integer(1, IR_VERSION),
      ...OPERATORS.map(([domain, version]) => message(8, [text(1, domain), integer(2, version)])),
      message(7, graph),
    ]);
  }

  #fresh(operator: string): Name {
    return `${operator}_${this.#count++}` as Name;
  }
}

function valueInfo(name: string, type: OnnxType, shape: readonly number[]): Uint8Array[] {
  const sides = shape.map((side) => message(1, [integer(1, side)]));
  return [text(1, name), message(2, [message(1, [integer(1, TYPES[type]), message(2, sides)])])];
}

const FLOAT = 1;
const INT = 2;
const STRING = 3;
const INTS = 7;

function attributeOf(name: string, value: Attribute): Uint8Array[] {
  if (typeof value === 'number') return [text(1, name), integer(3, value), integer(20, INT)];
  if (typeof value === 'string') return [text(1, name), text(4, value), integer(20, STRING)];
  if ('real' in value) return [text(1, name), float(2, value.real), integer(20, FLOAT)];
  return [text(1, name), ...value.map((each) => integer(8, each)), integer(20, INTS)];
}
