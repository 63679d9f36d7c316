/** A TensorFlow graph under construction (tensorflow/core/framework/graph.proto), and the SavedModel around it. */
import type { DType } from '../host-tensor.ts';
import type { Numbers } from '../graph/node.ts';
import { bytes, float, integer, message, packed, text } from '../../util/protobuf.ts';

/** One output of an operation: `name`, or `name:1` for its second. */
export type Edge = string & { readonly edge: unique symbol };

/** bfloat16 exists within graphs only: nothing is fed or fetched in it. */
export type TfType = DType | 'bfloat16';

const TYPES: Readonly<Record<TfType, number>> = { float32: 1, int32: 3, uint8: 4, bool: 10, bfloat16: 14 };

/** The version of the graph's writer; any number of the last years works. 0 would mean the rules of 2015. */
const PRODUCER = 1087;

/** The fields of an AttrValue message. */
export type Attribute = readonly Uint8Array[];

const shapeFields = (shape: readonly number[]): Uint8Array[] => shape.map((side) => message(2, [integer(1, side)]));

export const attribute = {
  type: (type: TfType): Attribute => [integer(6, TYPES[type])],
  integer: (value: number): Attribute => [integer(3, value)],
  integers: (values: readonly number[]): Attribute => [message(1, [packed(3, values)])],
  real: (value: number): Attribute => [float(4, value)],
  truth: (value: boolean): Attribute => [integer(5, value ? 1 : 0)],
  text: (value: string): Attribute => [text(2, value)],
  shape: (shape: readonly number[]): Attribute => [message(7, shapeFields(shape))],
  tensor: (type: DType, shape: readonly number[], data: Numbers): Attribute => {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return [message(8, [integer(1, TYPES[type]), message(2, shapeFields(shape)), bytes(4, raw)])];
  },
};

export type Attributes = Readonly<Record<string, Attribute>>;

export class GraphDef {
  readonly #nodes: Uint8Array[] = [];
  readonly #constants = new Map<string, Edge>();

  get size(): number {
    return this.#nodes.length;
  }

  /** Adds an operation and returns its first output. It waits for the operations in `after`. */
  op(operation: string, inputs: readonly Edge[], attributes: Attributes = {}, after: readonly Edge[] = []): Edge {
    const name = `${operation}_${this.#nodes.length}` as Edge;
    const controls = [...new Set(after.map((edge) => `^${edge.split(':')[0]!}`))];
    const entries = Object.entries(attributes).map(([key, fields]) => message(5, [text(1, key), message(2, fields)]));
    this.#nodes.push(
      message(1, [
        text(1, name),
        text(2, operation),
        ...[...inputs, ...controls].map((input) => text(3, input)),
        ...entries,
      ]),
    );
    return name;
  }

  constant(type: DType, shape: readonly number[], data: Numbers): Edge {
    const raw = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const key = `${type} [${shape.join()}] ${raw.toString('latin1')}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const edge = this.op('Const', [], { dtype: attribute.type(type), value: attribute.tensor(type, shape, data) });
    this.#constants.set(key, edge);
    return edge;
  }

  /** Axes, shapes and the like. */
  integers(values: readonly number[]): Edge {
    return this.constant('int32', [values.length], Int32Array.from(values));
  }

  integer(value: number): Edge {
    return this.constant('int32', [], Int32Array.of(value));
  }

  /** `saved_model.pb`: one graph for serving, without variables of its own. */
  encodeSavedModel(): Uint8Array {
    const graph = Buffer.concat([...this.#nodes, message(4, [integer(1, PRODUCER)])]);
    const information = message(1, [text(4, SERVE)]);
    return Buffer.concat([integer(1, 1), message(2, [information, bytes(2, graph)])]);
  }
}

/** The tag under which the graph of a SavedModel is found. */
export const SERVE = 'serve';

/** Another output of the operation whose first output is given. */
export const output = (edge: Edge, index: number): Edge => (index === 0 ? edge : (`${edge}:${index}` as Edge));
