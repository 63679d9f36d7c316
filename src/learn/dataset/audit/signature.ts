/** What of an image survives recompression and a change of brightness: a small grey picture, and its perceptual hash. */

const SIDE = 16;
const KEPT = 8;

export interface Signature {
  /** Grey thumbnail `[16, 16]`, mean 0 and length 1 (all 0 for a blank image): dot products are correlations. */
  readonly thumbnail: Float32Array;
  /** The signs of the 63 lowest frequencies and one zero bit, as two 32-bit words (Zauner 2010, "pHash"). */
  readonly hash: readonly [number, number];
}

/** `image`: RGB bytes `[size, size, 3]`. */
export function signatureOf(image: Uint8Array, size: number): Signature {
  const thumbnail = thumbnailOf(image, size);
  const hash: [number, number] = [0, 0];
  for (let bit = 1; bit < KEPT * KEPT; bit++) {
    if (frequency(thumbnail, Math.floor(bit / KEPT), bit % KEPT) > 0) hash[bit >>> 5]! |= 1 << (bit & 31);
  }
  return { thumbnail, hash };
}

/** Bits in which two hashes differ. */
export function hashDistance(a: Signature['hash'], b: Signature['hash']): number {
  return ones(a[0] ^ b[0]) + ones(a[1] ^ b[1]);
}

/** 1 for equal pictures, whatever their brightness and contrast. */
export function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function thumbnailOf(image: Uint8Array, size: number): Float32Array {
  const sums = new Float32Array(SIDE * SIDE);
  const counts = new Float32Array(SIDE * SIDE);
  for (let y = 0; y < Math.max(size, SIDE); y++) {
    for (let x = 0; x < Math.max(size, SIDE); x++) {
      // An image smaller than the thumbnail gives its pixels several times.
      const [row, column] = [Math.min(size - 1, Math.floor((y * size) / Math.max(size, SIDE))), Math.min(size - 1, Math.floor((x * size) / Math.max(size, SIDE)))];
      const at = 3 * (row * size + column);
      const cell = Math.floor((y * SIDE) / Math.max(size, SIDE)) * SIDE + Math.floor((x * SIDE) / Math.max(size, SIDE));
      sums[cell]! += 0.299 * image[at]! + 0.587 * image[at + 1]! + 0.114 * image[at + 2]!;
      counts[cell]!++;
    }
  }
  const grey = sums.map((sum, cell) => sum / counts[cell]!);
  const mean = grey.reduce((a, b) => a + b) / grey.length;
  const centred = grey.map((v) => v - mean);
  const length = Math.sqrt(correlation(centred, centred));
  return length < 1e-3 ? new Float32Array(SIDE * SIDE) : centred.map((v) => v / length);
}

const COSINES = Float64Array.from({ length: KEPT * SIDE }, (_, i) => Math.cos((Math.PI * Math.floor(i / SIDE) * (2 * (i % SIDE) + 1)) / (2 * SIDE)));

/** A coefficient of the discrete cosine transform. */
function frequency(grey: Float32Array, vertical: number, horizontal: number): number {
  let sum = 0;
  for (let y = 0; y < SIDE; y++) for (let x = 0; x < SIDE; x++) sum += grey[y * SIDE + x]! * COSINES[vertical * SIDE + y]! * COSINES[horizontal * SIDE + x]!;
  return sum;
}

function ones(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
