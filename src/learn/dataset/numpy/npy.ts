/** One array as NumPy saves it (`.npy`, versions 1 to 3), strictly: unknown content is refused, never guessed. */
import { DatasetError } from '../error.ts';
import { at } from '../../../util/known.ts';

export interface NpyArray {
  readonly type: NpyType;
  readonly shape: readonly number[];
  /**
   * Row after row, little-endian, a view on the given bytes with the length of the shape's product times the type's
   * size.
   */
  readonly data: Buffer;
}

const TYPES = {
  '|u1': 1,
  '|i1': 1,
  '<u2': 2,
  '<i2': 2,
  '<u4': 4,
  '<i4': 4,
  '<u8': 8,
  '<i8': 8,
  '<f4': 4,
  '<f8': 8,
  '|b1': 1,
} as const;
export type NpyType = keyof typeof TYPES;

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** Bytes of magic, version and, by version, header length. */
const lengthBytes = (major: number): number => (major === 1 ? 2 : 4);
/** NumPy refuses longer ones, too, unless it is told to trust the file. */
const LONGEST_HEADER = 10_000;

/** `place` names the array in messages. Throws DatasetError for a cut, foreign or hostile file. */
export function parseNpy(bytes: Buffer, place: string): NpyArray {
  const refuse = (problem: string): never => {
    throw new DatasetError(`${place} is no NumPy array that can be read: ${problem}`);
  };
  if (bytes.length < MAGIC.length + 2 || !bytes.subarray(0, MAGIC.length).equals(MAGIC))
    return refuse('it does not begin as one.');
  const major = at(bytes, MAGIC.length);
  const minor = at(bytes, MAGIC.length + 1);
  if (major < 1 || major > 3 || minor !== 0)
    return refuse(`its format is version ${major}.${minor}; 1.0, 2.0 and 3.0 are known.`);
  const start = MAGIC.length + 2 + lengthBytes(major);
  if (bytes.length < start) return refuse('it ends within its header.');
  const length = bytes.readUIntLE(MAGIC.length + 2, lengthBytes(major));
  if (length > LONGEST_HEADER) return refuse(`its header claims ${length} bytes; ${LONGEST_HEADER} are the most.`);
  if (bytes.length < start + length) return refuse('it ends within its header.');

  const { descr, fortran, shape } =
    parseHeader(bytes.toString(major === 3 ? 'utf8' : 'latin1', start, start + length)) ??
    refuse('its header is not the dictionary of descr, fortran_order and shape that NumPy writes.');
  if (!isKnown(descr))
    return refuse(
      `its type is "${descr}"; ${Object.keys(TYPES).join(', ')} are read. Convert it in Python with astype.`,
    );
  if (fortran && shape.length > 1) return refuse('it is in Fortran order. Save numpy.ascontiguousarray of it.');
  const expected = shape.reduce((product, side) => product * side, TYPES[descr]);
  if (!Number.isSafeInteger(expected) || expected !== bytes.length - start - length)
    return refuse(
      `its shape (${shape.join(', ')}) takes ${expected} bytes; ${bytes.length - start - length} are there.`,
    );
  return { type: descr, shape, data: bytes.subarray(start + length) };
}

/** Elements as numbers, row after row; of 64-bit integers those that a number holds exactly, others throw. */
export function npyNumbers({ type, data }: NpyArray): number[] {
  const bytes = TYPES[type];
  return Array.from({ length: data.length / bytes }, (_, i) => elementAt(data, i * bytes, type));
}

function elementAt(data: Buffer, at: number, type: NpyType): number {
  switch (type) {
    case '|b1':
    case '|u1':
      return data.readUInt8(at);
    case '|i1':
      return data.readInt8(at);
    case '<u2':
      return data.readUInt16LE(at);
    case '<i2':
      return data.readInt16LE(at);
    case '<u4':
      return data.readUInt32LE(at);
    case '<i4':
      return data.readInt32LE(at);
    case '<f4':
      return data.readFloatLE(at);
    case '<f8':
      return data.readDoubleLE(at);
    case '<u8':
      return exact(data.readBigUInt64LE(at));
    case '<i8':
      return exact(data.readBigInt64LE(at));
  }
}

function exact(value: bigint): number {
  if (!Number.isSafeInteger(Number(value))) throw new DatasetError(`${value} is too large for a label.`);
  return Number(value);
}

const isKnown = (descr: string): descr is NpyType => Object.hasOwn(TYPES, descr);

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

const ENTRY =
  /\s*'(descr|fortran_order|shape)'\s*:\s*(?:'([^'\\]*)'|(True|False)|\(((?:\s*\d+\s*,)*(?:\s*\d+)?\s*)\))\s*(?:,|(?=\}))/y;

/** A Python dictionary literal with these three keys, each once, and nothing else. */
function parseHeader(text: string): Header | undefined {
  const literal = text.trimEnd();
  if (!literal.startsWith('{') || !literal.endsWith('}')) return undefined;
  const found: { descr?: string; fortran?: boolean; shape?: number[] } = {};
  ENTRY.lastIndex = 1;
  let end = 1;
  for (let entry = ENTRY.exec(literal); entry !== null; entry = ENTRY.exec(literal)) {
    const [, key, string, truth, tuple] = entry;
    end = ENTRY.lastIndex;
    if (key === 'descr' && string !== undefined && found.descr === undefined) found.descr = string;
    else if (key === 'fortran_order' && truth !== undefined && found.fortran === undefined)
      found.fortran = truth === 'True';
    else if (key === 'shape' && tuple !== undefined && found.shape === undefined && isTuple(tuple))
      found.shape = tuple
        .split(',')
        .filter((side) => side.trim() !== '')
        .map(Number);
    else return undefined;
  }
  const { descr, fortran, shape } = found;
  if (literal.slice(end).trim() !== '}' || descr === undefined || fortran === undefined || shape === undefined)
    return undefined;
  return { descr, fortran, shape };
}

/** A single side needs its comma in Python: `(3)` is a number in brackets. */
const isTuple = (inner: string): boolean => inner.includes(',') || inner.trim() === '';
