/**
 * Reads the tensors of a file that `torch.save` wrote (https://docs.pytorch.org/docs/stable/notes/serialization.html).
 *
 * The pickle inside is parsed, never run: see unpickle.ts.
 */
import type { HostTensor } from '../host-tensor.ts';
import { isArchive, recordsOf } from './archive.ts';
import { TorchFileError, type Refuse } from './error.ts';
import { decodeLegacy, isLegacy } from './legacy.ts';
import { METADATA_RECORD, parseMetadata } from './metadata.ts';
import { readValues, StoredTensor, torchResolver } from './tensors.ts';
import { unpickle } from './unpickle.ts';

export { TorchFileError } from './error.ts';

interface TorchFile {
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** Texts and numbers that a checkpoint holds beside its state dictionary, `arch` for example. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** True if the file begins like one of torch. */
export const isTorch = (bytes: Uint8Array): boolean => isArchive(bytes) || isLegacy(bytes);

/**
 * `place` names the source of the bytes in messages. Throws TorchFileError if they are malformed or have unsupported
 * content.
 */
export async function decodeTorch(bytes: Buffer, place: string): Promise<TorchFile> {
  const refuse: Refuse = (problem) => {
    throw new TorchFileError(place, problem);
  };
  if (isLegacy(bytes))
    return stateOf(
      decodeLegacy(bytes, (storage) => torchResolver(storage, refuse), refuse),
      bytes.length,
      refuse,
    );
  const records = await recordsOf(bytes, refuse);
  const state = stateOf(decodeArchive(records, refuse), bytes.length, refuse);
  const about = records.get(METADATA_RECORD);
  return about === undefined ? state : { ...state, metadata: { ...state.metadata, ...parseMetadata(about, refuse) } };
}

function decodeArchive(records: ReadonlyMap<string, Uint8Array>, refuse: Refuse): unknown {
  const pickle = records.get('data.pkl') ?? refuse('it holds no record "data.pkl".');
  const order = records.get('byteorder');
  if (order !== undefined && Buffer.from(order).toString() !== 'little')
    refuse('its tensors are not little-endian. Save it again on a usual processor.');
  const storage = (key: string, expected: number): Uint8Array => {
    const found =
      records.get(`data/${key}`) ?? refuse(`it lacks the storage ${JSON.stringify(key)}. Was it cut short?`);
    return found.length === expected
      ? found
      : refuse(`its storage ${JSON.stringify(key)} has ${found.length} bytes, but ${expected} are announced.`);
  };
  return unpickle(pickle, torchResolver(storage, refuse), refuse).value;
}

/**
 * Under these keys training scripts keep the state dictionary, beside epoch and optimizer. The first that is there
 * counts; without any, the dictionary with the most tensors.
 */
const WRAPPERS = ['state_dict', 'model_state_dict', 'model', 'teacher', 'student', 'net', 'network', 'encoder'];
/** The prefix that nn.DataParallel and DistributedDataParallel put before every name. */
const PARALLEL = 'module.';
/**
 * Tensors may share a storage, as tied weights do; this multiple of the file's own size is more than any model needs.
 */
const MOST_SHARED = 16;

function stateOf(root: unknown, fileBytes: number, refuse: Refuse): TorchFile {
  if (!(root instanceof Map))
    return refuse('it holds no dictionary of tensors. Save model.state_dict(), not the model.');
  const outer = root as Map<unknown, unknown>;
  const state = stateDictionaryOf(outer);
  const found = [...state].filter(
    (pair): pair is [string, StoredTensor] => typeof pair[0] === 'string' && pair[1] instanceof StoredTensor,
  );
  if (found.length === 0)
    refuse(
      `it holds no dictionary of tensors, but ${[...outer.keys()].slice(0, 5).map(String).join(', ') || 'nothing'}.`,
    );

  const parallel = found.every(([name]) => name.startsWith(PARALLEL));
  let bytes = 0;
  const tensors = found.map(([stored, tensor]) => {
    const name = parallel ? stored.slice(PARALLEL.length) : stored;
    const values = readValues(name, tensor, refuse);
    if ((bytes += values.data.byteLength) > MOST_SHARED * fileBytes)
      refuse(`its tensors share storages so often that they would take more than ${MOST_SHARED} times the file.`);
    return [name, values] as const;
  });
  const metadata = [...outer].filter(
    (pair): pair is [string, string | number] =>
      typeof pair[0] === 'string' && ['string', 'number'].includes(typeof pair[1]),
  );
  return {
    tensors: Object.fromEntries(tensors),
    metadata: Object.fromEntries(metadata.map(([key, value]) => [key, String(value)])),
  };
}

/** The dictionary itself, or one inside of it: a checkpoint keeps it beside optimizer, epoch and arguments. */
function stateDictionaryOf(outer: Map<unknown, unknown>): Map<unknown, unknown> {
  const inside = [...outer].filter(
    (pair): pair is [unknown, Map<unknown, unknown>] => pair[1] instanceof Map && hasTensors(pair[1]),
  );
  const named = WRAPPERS.map((key) => inside.find(([name]) => name === key)?.[1]).find((value) => value !== undefined);
  if (named !== undefined) return named;
  if (hasTensors(outer)) return outer;
  return inside.reduce((most, [, value]) => (value.size > most.size ? value : most), new Map<unknown, unknown>());
}

const hasTensors = (dictionary: Map<unknown, unknown>): boolean =>
  [...dictionary.values()].some((value) => value instanceof StoredTensor);
