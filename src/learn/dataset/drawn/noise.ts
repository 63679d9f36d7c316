/** Smooth random fields over the plane, for textures: value noise on an integer lattice. */
import type { RandomSource } from '../../../util/random.ts';

/** Values in [-1, 1], smooth, with features one unit apart. */
export type NoiseField = (x: number, y: number) => number;

export function valueNoise(source: RandomSource): NoiseField {
  const seed = source.integer(2 ** 32);
  const at = (i: number, j: number): number => hashed(i, j, seed) / 2 ** 31 - 1;
  return (x, y) => {
    const [i, j] = [Math.floor(x), Math.floor(y)];
    const [s, t] = [smooth(x - i), smooth(y - j)];
    const upper = at(i, j) + s * (at(i + 1, j) - at(i, j));
    const lower = at(i, j + 1) + s * (at(i + 1, j + 1) - at(i, j + 1));
    return upper + t * (lower - upper);
  };
}

/** The sum of three octaves, each of half the strength and twice as fine. */
export function fractalNoise(source: RandomSource): NoiseField {
  const field = valueNoise(source);
  return (x, y) => (field(x, y) + field(2 * x + 17, 2 * y + 31) / 2 + field(4 * x + 53, 4 * y + 71) / 4) / 1.75;
}

/** Mixes two integers and a seed to 32 bits (the finaliser of MurmurHash3). */
function hashed(i: number, j: number, seed: number): number {
  let h = seed ^ Math.imul(i, 0x9e3779b1) ^ Math.imul(j, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const smooth = (t: number): number => t * t * (3 - 2 * t);

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothStep(from: number, to: number, value: number): number {
  return smooth(Math.min(1, Math.max(0, (value - from) / (to - from))));
}
