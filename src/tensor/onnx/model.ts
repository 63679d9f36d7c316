/** Builds an ONNX model, node by node. */
import { onnx } from 'onnx-proto';
import type { DType } from '../host-tensor.ts';

/** ONNX operator set 17; codes of TensorProto.DataType. */
const OPSET = 17;
const IR_VERSION = 8;
export const ELEMENT = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;

export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export class ModelBuilder {
  readonly #nodes: onnx.INodeProto[] = [];
  readonly #initializers: onnx.ITensorProto[] = [];
  readonly #inputs: onnx.IValueInfoProto[] = [];
  readonly #outputs: onnx.IValueInfoProto[] = [];
  readonly #shared = new Map<string, string>();
  #count = 0;

  name(prefix: string): string {
    return `${prefix}_${this.#count++}`;
  }

  /** Adds an operator with one output. */
  op(opType: string, input: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.ops(opType, input, 1, attributes)[0]!;
  }

  ops(opType: string, input: readonly string[], outputs: number, attributes: Readonly<Record<string, AttributeValue>> = {}): string[] {
    const output = Array.from({ length: outputs }, () => this.name(opType));
    this.#nodes.push({ opType, name: this.name('node'), input: [...input], output, attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)) });
    return output;
  }

  input(name: string, dtype: DType, shape: readonly number[]): void {
    this.#inputs.push(valueInfo(name, dtype, shape));
  }

  output(name: string, dtype: DType, shape: readonly number[]): void {
    this.#outputs.push(valueInfo(name, dtype, shape));
  }

  /** Axes, shapes, indices. */
  int64(values: readonly number[]): string {
    return this.#share(`int64:${values.join(',')}`, () => ({ dataType: ELEMENT.int64, dims: [values.length], rawData: bytesOf(BigInt64Array.from(values, BigInt)) }));
  }

  scalar(value: number, dtype: DType): string {
    return this.#share(`${dtype}:${value}`, () => ({ dataType: ELEMENT[dtype], dims: [], rawData: bytesOf(typed(dtype, [value])) }));
  }

  tensor(data: Float32Array | Int32Array | Uint8Array, dtype: DType, shape: readonly number[]): string {
    const name = this.name('constant');
    this.#initializers.push({ name, dataType: ELEMENT[dtype], dims: [...shape], rawData: bytesOf(data) });
    return name;
  }

  encode(): Uint8Array {
    const model = { irVersion: IR_VERSION, opsetImport: [{ domain: '', version: OPSET }], graph: { name: 'step', node: this.#nodes, input: this.#inputs, output: this.#outputs, initializer: this.#initializers } };
    return onnx.ModelProto.encode(onnx.ModelProto.fromObject(model)).finish();
  }

  #share(key: string, make: () => onnx.ITensorProto): string {
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const name = this.name('shared');
    this.#initializers.push({ ...make(), name });
    this.#shared.set(key, name);
    return name;
  }
}

function typed(dtype: DType, values: readonly number[]): Float32Array | Int32Array | Uint8Array {
  return dtype === 'float32' ? Float32Array.from(values) : dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values);
}

const bytesOf = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

function valueInfo(name: string, dtype: DType, shape: readonly number[]): onnx.IValueInfoProto {
  return { name, type: { tensorType: { elemType: ELEMENT[dtype], shape: { dim: shape.map((dimValue) => ({ dimValue })) } } } };
}

function attribute(name: string, value: AttributeValue): onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'string') return { name, type: AttributeType.STRING, s: Buffer.from(value) };
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}
