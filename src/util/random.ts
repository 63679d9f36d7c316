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

/** Blocks that a stream makes at a time: few at first, because most streams are short. */
const FIRST_BLOCKS = 2;
const MOST_BLOCKS = 64;

/** High 32 bits of the product of two unsigned 32-bit integers, in 32-bit arithmetic: no step leaves 32 bits. */
function high(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const cross = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (cross >>> 16)) | 0;
}

/** Blocks of four 32-bit words, written to `out` one after the other; the counter counts up from block to block. */
export function philox(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  // By index: destructuring iterates, which costs short streams a sixth of their time.
  const start0 = counter[0] ?? 0;
  const start1 = counter[1] ?? 0;
  const start2 = counter[2] ?? 0;
  const start3 = counter[3] ?? 0;
  const key0 = key[0] ?? 0;
  const key1 = key[1] ?? 0;
  for (let at = 0; at < out.length; at += 4) {
    const block = start0 + at / 4;
    let c0 = block | 0;
    let c1 = (start1 + Math.floor(block / 2 ** 32)) | 0;
    let c2 = start2 | 0;
    let c3 = start3 | 0;
    let k0 = key0 | 0;
    let k1 = key1 | 0;
    for (let round = 0; round < ROUNDS; round++) {
      const next0 = high(MULTIPLIER_1, c2) ^ c1 ^ k0;
      const next2 = high(MULTIPLIER_0, c0) ^ c3 ^ k1;
      c1 = Math.imul(MULTIPLIER_1, c2);
      c3 = Math.imul(MULTIPLIER_0, c0);
      c0 = next0;
      c2 = next2;
      k0 = (k0 + WEYL_0) | 0;
      k1 = (k1 + WEYL_1) | 0;
    }
    out[at] = c0;
    out[at + 1] = c1;
    out[at + 2] = c2;
    out[at + 3] = c3;
  }
}

class Philox implements RandomSource {
  readonly #key: Uint32Array;
  readonly #counter: Uint32Array;
  #words = new Uint32Array(0);
  #used = 0;

  constructor(key0: number, key1: number, stream0: number, stream1: number) {
    this.#key = Uint32Array.of(key0, key1);
    this.#counter = Uint32Array.of(0, 0, stream0, stream1);
  }

  #word(): number {
    if (this.#used === this.#words.length) this.#refill();
    return this.#words[this.#used++] ?? 0;
  }

  /** The next words, twice as many as before. */
  #refill(): void {
    const made = this.#words.length / 4;
    const blocks = made === 0 ? FIRST_BLOCKS : Math.min(MOST_BLOCKS, 2 * made);
    if (blocks !== made) this.#words = new Uint32Array(4 * blocks);
    philox(this.#counter, this.#key, this.#words);
    const low = (this.#counter[0] ?? 0) + blocks;
    this.#counter[0] = low;
    if (low >= 2 ** 32) this.#counter[1] = (this.#counter[1] ?? 0) + 1;
    this.#used = 0;
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
