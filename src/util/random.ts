/**
 * Random numbers that depend on nothing but their key: the same for every batch size, order, engine and resume.
 *
 * Philox4x32-10 (Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011): a counter-based generator.
 * A key is a path such as `('augment', seed, epoch, image, view)`, hashed to 64 bits of key and 64 bits of counter.
 */
import { createHash } from 'node:crypto';

export type KeyPart = string | number;

export interface RandomSource {
  /** Uniform in [0, 1), 53 bits. */
  uniform(): number;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** Uniform integer in [0, bound); bound <= 2^32. Unbiased. */
  integer(bound: number): number;
  /** A uniformly drawn order of 0 .. count - 1 (Fisher-Yates). */
  permutation(count: number): Int32Array;
}

/** The generator of a key. Equal keys give equal streams; different keys, independent ones. */
export function random(...key: readonly [KeyPart, ...KeyPart[]]): RandomSource {
  const hash = createHash('sha256').update(JSON.stringify(key)).digest();
  const words = Array.from({ length: 4 }, (_, i) => hash.readUInt32LE(4 * i));
  return new Philox(words[0]!, words[1]!, words[2]!, words[3]!);
}

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** High 32 bits of the product of two unsigned 32-bit integers. */
function high(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (cross >>> 16)) >>> 0;
}

/** One block of four 32-bit words, written to `out`. */
export function philox(counter: ArrayLike<number>, key: ArrayLike<number>, out: Uint32Array): void {
  let [c0, c1, c2, c3] = [counter[0]! >>> 0, counter[1]! >>> 0, counter[2]! >>> 0, counter[3]! >>> 0];
  let [k0, k1] = [key[0]! >>> 0, key[1]! >>> 0];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = high(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = high(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

class Philox implements RandomSource {
  readonly #key: Uint32Array;
  readonly #counter: Uint32Array;
  readonly #block = new Uint32Array(4);
  #used = 4;

  constructor(key0: number, key1: number, stream0: number, stream1: number) {
    this.#key = Uint32Array.of(key0, key1);
    this.#counter = Uint32Array.of(0, 0, stream0, stream1);
  }

  #word(): number {
    if (this.#used === 4) {
      philox(this.#counter, this.#key, this.#block);
      this.#counter[0]!++;
      if (this.#counter[0] === 0) this.#counter[1]!++;
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  uniform(): number {
    const top = this.#word() >>> 5; // 27 bits
    const bottom = this.#word() >>> 6; // 26 bits
    return (top * 2 ** 26 + bottom) / 2 ** 53;
  }

  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  integer(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32)
      throw new RangeError(`Internal error: no integer below ${bound} can be drawn.`);
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const word = this.#word();
      if (word < limit) return word % bound;
    }
  }

  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }
}
