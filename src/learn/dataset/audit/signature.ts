/**
 * The signature of an image: a small gray picture and its perceptual hashes. It survives recompression and a change of
 * brightness.
 */

const SIDE = 16;
const KEPT = 8;

type Hash = readonly [number, number];

export interface ImageSignature {
  /** Gray thumbnail `[16, 16]`, mean 0 and length 1 (all 0 for a blank image): dot products are correlations. */
  readonly thumbnail: Float32Array;
  /**
   * For each of `TURNS`: the signs of the 63 lowest frequencies and one zero bit, as two 32-bit words (Zauner 2010,
   * "pHash").
   */
  readonly hashes: readonly Hash[];
}

/** The ways in which a square can be laid on itself; the first is to leave it. */
export const ORIENTATIONS = [
  'as it is',
  'mirrored left to right',
  'mirrored top to bottom',
  'turned by 180°',
  'mirrored at the diagonal',
  'turned by 90° to the left',
  'turned by 90° to the right',
  'mirrored at the other diagonal',
] as const;

/** `image`: RGB bytes `[size, size, 3]`. */
export function imageSignature(image: Uint8Array, size: number): ImageSignature {
  const thumbnail = thumbnailOf(image, size);
  const frequencies = lowFrequencies(thumbnail);
  return { thumbnail, hashes: ORIENTATIONS.map((_, turn) => hashOf(frequencies, turn)) };
}

/** The thumbnail after the turn of that number. */
export function reorient(thumbnail: Float32Array, turn: number): Float32Array {
  if (turn === 0) return thumbnail;
  return thumbnail.map((_, i) => {
    const [row, column] = [Math.floor(i / SIDE), i % SIDE];
    const [y, x] = turn & 4 ? [column, row] : [row, column];
    return thumbnail[(turn & 2 ? SIDE - 1 - y : y) * SIDE + (turn & 1 ? SIDE - 1 - x : x)] ?? 0;
  });
}

/**
 * The hash of the turned picture. Mirroring changes the sign of odd frequencies; mirroring on the diagonal swaps
 * vertical and horizontal ones.
 */
function hashOf(frequencies: Float64Array, turn: number): Hash {
  const hash: [number, number] = [0, 0];
  for (let bit = 1; bit < KEPT * KEPT; bit++) {
    const [row, column] = [bit >> 3, bit & 7];
    const [vertical, horizontal] = turn & 4 ? [column, row] : [row, column];
    const odd = (turn & 2 ? vertical : 0) + (turn & 1 ? horizontal : 0);
    if ((frequencies[KEPT * vertical + horizontal] ?? 0) * (odd & 1 ? -1 : 1) > 0)
      hash[bit >>> 5] = (hash[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }
  return hash;
}

/** Bits in which two hashes differ. */
export function hashDistance(a: Hash, b: Hash): number {
  return ones(a[0] ^ b[0]) + ones(a[1] ^ b[1]);
}

/** 1 for equal pictures of any brightness and contrast. */
export function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

function thumbnailOf(image: Uint8Array, size: number): Float32Array {
  const cells = cellsOf(size);
  const gray = new Float64Array(SIDE * SIDE);
  for (let y = 0; y < size; y++) {
    // Each row is summed into cells first, then into the rows of cells that it touches.
    const row = new Float64Array(SIDE);
    for (let x = 0; x < size; x++) {
      const at = 3 * (y * size + x);
      const value = 0.299 * (image[at] ?? 0) + 0.587 * (image[at + 1] ?? 0) + 0.114 * (image[at + 2] ?? 0);
      for (const { cell, share } of cells[x] ?? []) row[cell] = (row[cell] ?? 0) + share * value;
    }
    for (const { cell, share } of cells[y] ?? [])
      for (let x = 0; x < SIDE; x++) gray[cell * SIDE + x] = (gray[cell * SIDE + x] ?? 0) + share * (row[x] ?? 0);
  }
  const mean = gray.reduce((a, b) => a + b) / gray.length;
  const length = Math.sqrt(gray.reduce((sum, v) => sum + (v - mean) ** 2, 0));
  return Float32Array.from(gray, (v) => (length < 1e-3 ? 0 : (v - mean) / length));
}

/**
 * For each pixel along a side, the thumbnail's cells that it covers, by area: a mirrored image has the mirrored
 * thumbnail.
 */
function cellsOf(size: number): readonly (readonly { readonly cell: number; readonly share: number }[])[] {
  return Array.from({ length: size }, (_, pixel) => {
    const [from, to] = [(pixel * SIDE) / size, ((pixel + 1) * SIDE) / size];
    const touched = Array.from({ length: SIDE }, (_, cell) => ({
      cell,
      share: Math.min(to, cell + 1) - Math.max(from, cell),
    }));
    return touched.filter(({ share }) => share > 1e-9);
  });
}

const COSINES = Float64Array.from({ length: KEPT * SIDE }, (_, i) =>
  Math.cos((Math.PI * Math.floor(i / SIDE) * (2 * (i % SIDE) + 1)) / (2 * SIDE)),
);

/** The discrete cosine transform's first 8 by 8 coefficients: along rows, then along columns. */
function lowFrequencies(gray: Float32Array): Float64Array {
  const alongRows = new Float64Array(SIDE * KEPT);
  for (let y = 0; y < SIDE; y++)
    for (let h = 0; h < KEPT; h++)
      for (let x = 0; x < SIDE; x++)
        alongRows[y * KEPT + h] =
          (alongRows[y * KEPT + h] ?? 0) + (gray[y * SIDE + x] ?? 0) * (COSINES[h * SIDE + x] ?? 0);
  const both = new Float64Array(KEPT * KEPT);
  for (let v = 0; v < KEPT; v++)
    for (let h = 0; h < KEPT; h++)
      for (let y = 0; y < SIDE; y++)
        both[v * KEPT + h] = (both[v * KEPT + h] ?? 0) + (alongRows[y * KEPT + h] ?? 0) * (COSINES[v * SIDE + y] ?? 0);
  return both;
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
