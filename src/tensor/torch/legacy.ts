/**
 * The format of torch before 1.6, and of many files that are still published: pickles one after another (a magic
 * number, the protocol, the machine, the object, the keys of its storages), then the storages, each behind its count of
 * values.
 */
import type { Refuse } from './error.ts';
import { unpickle, type PickleResolver } from './unpickle.ts';

/** The first pickle of such a file: a number of ten bytes. */
const MAGIC = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex');
const PROTOCOL = 1001;
const COUNT_BYTES = 8;

export const isLegacy = (bytes: Uint8Array): boolean => MAGIC.equals(bytes.subarray(0, MAGIC.length));

/**
 * `meaningsOf` gets a function that reserves the bytes of a storage. The bytes are behind the pickle and are filled in
 * at the end.
 */
export function decodeLegacy(
  bytes: Uint8Array,
  meaningsOf: (storage: (key: string, bytes: number) => Uint8Array) => PickleResolver,
  refuse: Refuse,
): unknown {
  let at = MAGIC.length;
  const next = (meanings: PickleResolver): unknown => {
    const { value, end } = unpickle(bytes.subarray(at), meanings, refuse);
    at += end;
    return value;
  };
  const plain: PickleResolver = {
    named: (name) => refuse(`it names ${JSON.stringify(name)} before its tensors.`),
    called: () => refuse('it calls a function before its tensors.'),
    persistent: () => refuse('it refers to a storage before its tensors.'),
  };
  if (next(plain) !== PROTOCOL) refuse(`its format is not number ${PROTOCOL}, the only one of its kind.`);
  const machine = next(plain);
  if (!(machine instanceof Map) || machine.get('little_endian') !== true)
    refuse('its tensors are not little-endian. Save it again on a usual processor.');
  const reserved = new Map<string, Uint8Array>();
  let total = 0;
  const value = next(
    meaningsOf((key, size) => {
      const known = reserved.get(key);
      if (known !== undefined)
        return known.length === size
          ? known
          : refuse(`it announces the storage ${key} with ${known.length} and with ${size} bytes.`);
      if ((total += size) > bytes.length) refuse('it announces more bytes of tensors than it has. Was it cut short?');
      const made = new Uint8Array(size);
      reserved.set(key, made);
      return made;
    }),
  );
  const keys = next(plain);
  if (!Array.isArray(keys)) return refuse('it does not list its storages.');
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const key of keys) {
    const into = reserved.get(key as string) ?? refuse(`it lists the storage ${String(key)}, which no tensor uses.`);
    const from = at + COUNT_BYTES;
    if (from + into.length > bytes.length) refuse(`it ends within the storage ${String(key)}. Was it cut short?`);
    at = from + into.length;
    into.set(view.subarray(from, at));
    reserved.delete(key as string);
  }
  if (reserved.size > 0) refuse(`it lacks the storage ${[...reserved.keys()][0]}. Was it cut short?`);
  return value;
}
