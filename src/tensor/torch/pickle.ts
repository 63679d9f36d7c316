/** The pickle of an OrderedDict of tensors, in the instructions of unpickle.ts. */
import { sizeOf, type DType, type TensorSpec } from '../host-tensor.ts';

const STORAGES = {
  float32: 'FloatStorage',
  int32: 'IntStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
} as const satisfies Record<DType, string>;

/** The storage of the tensor at place i has the key String(i), and holds that tensor alone in row-major order. */
export function pickleTensors(tensors: readonly (readonly [name: string, TensorSpec])[]): Uint8Array {
  const items = tensors.map(([name, spec], index) => [text(name), tensor(spec, index)]);
  return Buffer.concat([op('\x80\x02'), ORDERED_DICT, op('('), ...items.flat(), op('u.')]);
}

function tensor({ dtype, shape }: TensorSpec, index: number): Buffer {
  const storage = tuple(
    text('storage'),
    named('torch', STORAGES[dtype]),
    text(String(index)),
    text('cpu'),
    integer(sizeOf(shape)),
  );
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const args = tuple(
    storage,
    op('Q'),
    integer(0),
    tuple(...shape.map(integer)),
    tuple(...strides.map(integer)),
    NO_GRADIENT,
    ORDERED_DICT,
  );
  return Buffer.concat([named('torch._utils', '_rebuild_tensor_v2'), args, op('R')]);
}

const op = (codes: string): Buffer => Buffer.from(codes, 'latin1');
const named = (module: string, name: string): Buffer => op(`c${module}\n${name}\n`);
const tuple = (...values: readonly Buffer[]): Buffer => Buffer.concat([op('('), ...values, op('t')]);

const ORDERED_DICT = Buffer.concat([named('collections', 'OrderedDict'), op(')R')]);
const NO_GRADIENT = op('\x89');

function text(value: string): Buffer {
  const content = Buffer.from(value, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([op('X'), length, content]);
}

/** Eight bytes in two's complement: enough for any size. */
function integer(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return Buffer.concat([op('\x8a\x08'), bytes]);
}
