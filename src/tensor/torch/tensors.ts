/** The tensors of a torch pickle: windows on storages. The bytes of storages are outside the pickle. */
import { sizeOf, type HostTensor } from '../host-tensor.ts';
import { STORED_WIDTH, type StoredType } from '../safetensors-header.ts';
import { decodeValues } from '../stored-values.ts';
import type { Refuse } from './error.ts';
import type { PickleResolver } from './unpickle.ts';

/** Bytes that tensors may share. */
interface Storage {
  readonly type: StoredType;
  readonly bytes: Uint8Array;
}

/** A window on a storage; sides, strides and offset count values, not bytes. */
export class StoredTensor {
  readonly storage: Storage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: Storage, offset: number, shape: readonly number[], strides: readonly number[]) {
    [this.storage, this.offset, this.shape, this.strides] = [storage, offset, shape, strides];
  }
}

/** torch's names of its storages. */
const STORAGES: ReadonlyMap<string, StoredType> = new Map([
  ['torch.FloatStorage', 'F32'],
  ['torch.DoubleStorage', 'F64'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

class Name {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

const CALLS = {
  'collections.OrderedDict': (args: readonly unknown[], refuse: Refuse) =>
    args.length === 0
      ? new Map<unknown, unknown>()
      : refuse('it fills an OrderedDict in a way that torch.save does not.'),
  'torch.Size': ([sides]: readonly unknown[]) => sides,
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': ([tensor]: readonly unknown[], refuse: Refuse) =>
    tensor instanceof StoredTensor ? tensor : refuse('it has a parameter that is no tensor.'),
} as const satisfies Record<string, (args: readonly unknown[], refuse: Refuse) => unknown>;

/** Only the parts of tensors have a meaning. `storage` returns the bytes of a key, after a check of their number. */
export function torchResolver(storage: (key: string, bytes: number) => Uint8Array, refuse: Refuse): PickleResolver {
  return {
    named: (name) => {
      if (STORAGES.has(name) || Object.hasOwn(CALLS, name)) return new Name(name);
      return refuse(
        `it names ${JSON.stringify(name)}. Names are never looked up or called here. Known names: ` +
          `${[...Object.keys(CALLS), ...STORAGES.keys()].join(', ')}. If you trust the file, save its tensors alone ` +
          'in Python: torch.save(model.state_dict(), "weights.pth").',
      );
    },
    called: (callable, args) =>
      callable instanceof Name && Object.hasOwn(CALLS, callable.name)
        ? CALLS[callable.name as keyof typeof CALLS](args, refuse)
        : refuse('its pickle calls a value that is no function.'),
    persistent: (id) => {
      const [kind, type, key, , count, view = null] = Array.isArray(id) ? (id as unknown[]) : [];
      const stored = type instanceof Name ? STORAGES.get(type.name) : undefined;
      if (kind !== 'storage' || stored === undefined || typeof key !== 'string' || !isCount(count) || view !== null)
        return refuse('its pickle refers to an outside object that is no storage of tensors.');
      return { type: stored, bytes: storage(key, count * STORED_WIDTH[stored]) } satisfies Storage;
    },
  };
}

/**
 * _rebuild_tensor(storage, offset, sides, strides); the additional arguments of its second version are about gradients.
 */
function rebuildTensor([storage, offset, sides, strides]: readonly unknown[], refuse: Refuse): StoredTensor {
  if (
    !isStorage(storage) ||
    !isCount(offset) ||
    !isCounts(sides) ||
    !isCounts(strides) ||
    sides.length !== strides.length
  )
    return refuse('it describes a tensor without storage, offset, sides and strides.');
  const held = storage.bytes.length / STORED_WIDTH[storage.type];
  const size = sizeOf(sides);
  const last = size === 0 ? -1 : sides.reduce((at, side, axis) => at + (side - 1) * strides[axis]!, offset);
  const shape = `[${sides.join(', ')}]`;
  if (last >= held)
    return refuse(`it describes a tensor ${shape} that reaches to value ${last} of a storage of ${held}.`);
  if (size > held)
    return refuse(
      `it describes a tensor ${shape} of ${size} values on a storage of ${held}. Save an expanded tensor with ` +
        '.contiguous().',
    );
  return new StoredTensor(storage, offset, sides, strides);
}

/** The values in row-major order. */
export function readValues(
  name: string,
  { storage, offset, shape, strides }: StoredTensor,
  refuse: Refuse,
): HostTensor {
  const width = STORED_WIDTH[storage.type];
  const bytes = sizeOf(shape) * width;
  const stored = isRowMajor(shape, strides)
    ? storage.bytes.subarray(offset * width, offset * width + bytes)
    : gathered(storage.bytes, width, offset, shape, strides);
  return decodeValues({ name, type: storage.type, shape, bytes }, stored, refuse);
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return sizeOf(shape) === 0;
    expected *= shape[axis]!;
  }
  return true;
}

function gathered(
  bytes: Uint8Array,
  width: number,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array {
  const out = new Uint8Array(sizeOf(shape) * width);
  const index = shape.map(() => 0);
  let from = offset;
  for (let to = 0; to < out.length; to += width) {
    for (let i = 0; i < width; i++) out[to + i] = bytes[from * width + i]!;
    // Count up from the last axis on, like an odometer.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

const isStorage = (value: unknown): value is Storage =>
  typeof value === 'object' && value !== null && 'bytes' in value && 'type' in value;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);
