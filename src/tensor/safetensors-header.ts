/**
 * The header of a safetensors file: its tensors and the positions of their bytes.
 *
 * Layout: eight bytes N (little-endian), N bytes of JSON, then the tensors' bytes without gaps. The format's rules
 * (https://github.com/huggingface/safetensors, "Format") are checked here, so that readers of bytes need not check
 * them.
 */
import { visit } from 'jsonc-parser';
import { sizeOf } from './host-tensor.ts';

/** The stored types that are understood, with their width in bytes. */
export const STORED_WIDTH = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U16: 2, U8: 1, BOOL: 1 } as const;
export type StoredType = keyof typeof STORED_WIDTH;

export interface Entry {
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  readonly bytes: number;
}

export interface Header {
  /** In the order of their bytes. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
  /** The position of the first tensor's bytes in the file. */
  readonly dataStart: number;
}

/** A file that is not well-formed safetensors, or has an unsupported type. */
export class SafetensorsError extends Error {
  override readonly name = 'SafetensorsError';
  readonly isExpected = true;
  constructor(place: string, problem: string) {
    super(`${place} is not a safetensors file that can be read: ${problem}`);
  }
}

const LENGTH_BYTES = 8;
/** The limit of the reference implementation: a longer header is an attack or another kind of file. */
const MAX_HEADER_BYTES = 100_000_000;

/** The number of bytes of JSON, from the first eight bytes of the file. */
export function headerLength(start: Uint8Array, fileBytes: number, place: string): number {
  if (start.length < LENGTH_BYTES)
    throw new SafetensorsError(place, `it has ${start.length} bytes; the shortest such file has 10. Was it cut short?`);
  const length = Number(new DataView(start.buffer, start.byteOffset, LENGTH_BYTES).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES)
    throw new SafetensorsError(
      place,
      `its first eight bytes announce a header of ${length} bytes; at most ${MAX_HEADER_BYTES} are allowed. Is it ` +
        'a file of another kind?',
    );
  if (LENGTH_BYTES + length > fileBytes)
    throw new SafetensorsError(
      place,
      `its header should have ${length} bytes, but the file has only ${fileBytes}. Was it cut short?`,
    );
  return length;
}

/**
 * Checks types, shapes and byte counts, and that the tensors fill the rest of the file without gaps. Later code relies
 * on this.
 */
export function parseHeader(json: Uint8Array, fileBytes: number, place: string): Header {
  const fail = (problem: string): never => {
    throw new SafetensorsError(place, problem);
  };
  const text = decodeUtf8(json) ?? fail('its header is not UTF-8.');
  refuseRepeatedKeys(text, fail);
  const { __metadata__: metadata = {}, ...tensors } = parseObject(text) ?? fail('its header is not a JSON object.');
  if (!isRecord(metadata) || Object.values(metadata).some((v) => typeof v !== 'string'))
    fail('`__metadata__` must map names to strings.');

  const entries = Object.entries(tensors)
    .map(([name, value]) => parseEntry(name, value, fail))
    .sort((a, b) => a.begin - b.begin || a.bytes - b.bytes);
  const dataStart = LENGTH_BYTES + json.length;
  let end = 0;
  for (const entry of entries) {
    if (entry.begin !== end)
      fail(
        `tensor "${entry.name}" begins at byte ${entry.begin} of the data, but the one before it ends at ${end}: ` +
          'tensors must not overlap and must not leave gaps.',
      );
    end = entry.begin + entry.bytes;
  }
  if (dataStart + end !== fileBytes)
    fail(
      `its tensors end at byte ${dataStart + end}, but the file has ${fileBytes} bytes. Was it cut short or ` +
        'appended to?',
    );
  return { entries, metadata: metadata as Record<string, string>, dataStart };
}

/** The header's bytes, length included, padded with spaces to a multiple of eight, so that the tensors are aligned. */
export function encodeHeader(entries: readonly Entry[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const fields: [string, unknown][] = entries.map(({ name, type, shape, begin, bytes }) => [
    name,
    { dtype: type, shape, data_offsets: [begin, begin + bytes] },
  ]);
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length > 0) fields.unshift(['__metadata__', Object.fromEntries(sorted)]);
  // Members one by one: an object would move names that look like integers to the front.
  const json = Buffer.from(
    `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`,
  );
  const bytes = Buffer.alloc(LENGTH_BYTES + Math.ceil(json.length / 8) * 8, ' ');
  bytes.writeBigUInt64LE(BigInt(bytes.length - LENGTH_BYTES));
  json.copy(bytes, LENGTH_BYTES);
  return bytes;
}

/**
 * The position of each tensor: the widest types first, then by name. This is the reference implementation's order.
 * Every tensor is aligned to its type, and equal tensors give equal bytes.
 */
export function assignOffsets(tensors: readonly Omit<Entry, 'begin' | 'bytes'>[]): Entry[] {
  const order = [...tensors].sort((a, b) => STORED_WIDTH[b.type] - STORED_WIDTH[a.type] || (a.name < b.name ? -1 : 1));
  let begin = 0;
  return order.map((tensor) => {
    const entry = { ...tensor, begin, bytes: sizeOf(tensor.shape) * STORED_WIDTH[tensor.type] };
    begin += entry.bytes;
    return entry;
  });
}

function parseEntry(name: string, value: unknown, fail: (problem: string) => never): Entry {
  const at = `tensor "${name}"`;
  if (!isRecord(value)) return fail(`${at} must be an object with dtype, shape and data_offsets.`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(STORED_WIDTH, dtype))
    return fail(
      `${at} has the type ${JSON.stringify(dtype)}; these are read: ${Object.keys(STORED_WIDTH).join(', ')}.`,
    );
  if (!isCounts(shape))
    return fail(`${at} has the shape ${JSON.stringify(shape)}; a list of whole numbers >= 0 is expected.`);
  if (!isCounts(offsets) || offsets.length !== 2)
    return fail(`${at} has the data_offsets ${JSON.stringify(offsets)}; [begin, end] is expected.`);
  const [begin, end] = offsets as [number, number];
  const bytes = sizeOf(shape) * STORED_WIDTH[dtype as StoredType];
  if (end - begin !== bytes)
    return fail(
      `${at} should have ${bytes} bytes (${dtype} [${shape.join(', ')}]), but data_offsets [${begin}, ${end}] ` +
        `hold ${end - begin}.`,
    );
  return { name, type: dtype as StoredType, shape, begin, bytes };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCounts = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((v) => Number.isSafeInteger(v) && v >= 0);

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** JSON.parse keeps the last of two equal keys, so that one reader would see another tensor than the next. */
function refuseRepeatedKeys(text: string, fail: (problem: string) => never): void {
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectProperty: (key) => {
      const keys = open.at(-1)!;
      if (keys.has(key)) fail(`its header names "${key}" twice.`);
      keys.add(key);
    },
    onObjectEnd: () => {
      open.pop();
    },
  });
}
