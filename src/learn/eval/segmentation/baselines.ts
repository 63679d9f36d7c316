/** Guesses to compare a network with: a mask that sees no image, and a threshold that sees nothing but brightness. */
import { at } from '../../../util/known.ts';
import { macroMean } from './mean-scores.ts';
import type { Mask } from './mask.ts';
import { scoreOverlap } from './score.ts';

/** Shares of the training masks that have an object at a pixel: 0.05, 0.1, ... 0.95. */
const SHARES = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);

/**
 * The same mask for every image: pixels at which at least a share of the training masks has an object, with the most
 * frequent class there. The share is the one with the best mean Dice on the training masks, which have one size.
 */
export function constantMask(training: readonly Mask[], classes: number): Mask {
  const { width, height } = at(training, 0);
  const frequencies = new Float64Array(width * height * classes);
  for (const { data } of training)
    data.forEach((label, pixel) => {
      const place = pixel * classes + label;
      frequencies[place] = at(frequencies, place) + 1 / training.length;
    });
  const candidates = SHARES.map((share): Mask => {
    const data = Uint8Array.from({ length: width * height }, (_, pixel) =>
      classAt(frequencies.subarray(pixel * classes, (pixel + 1) * classes), share),
    );
    return { data, width, height };
  });
  const diceOf = (mask: Mask): number =>
    macroMean(
      training.map((wanted) => scoreOverlap(mask, wanted, classes)),
      ({ dice }) => dice,
    ) ?? 0;
  return at(candidates, bestOf(candidates.map(diceOf)));
}

/** `frequencies` of the classes at one pixel; they add up to 1. */
function classAt(frequencies: Float64Array, share: number): number {
  const background = at(frequencies, 0);
  if (1 - background < share) return 0;
  const objects = frequencies.subarray(1);
  return 1 + objects.indexOf(Math.max(...objects));
}

/** Pixels of an object are those up to the level, or those above it. */
export interface Threshold {
  readonly objects: 'dark' | 'light';
  /** 0 to 255 */
  readonly level: number;
}

/** An image in gray levels, pixel by pixel, with its mask. */
interface GrayExample {
  readonly gray: Uint8Array;
  readonly mask: Uint8Array;
}

const LEVELS = 256;

/** The threshold with the best mean Dice of class 1 on the training images. Images without the class are left out. */
export function bestThreshold(training: readonly GrayExample[]): Threshold {
  const [dark, light] = [new Float64Array(LEVELS), new Float64Array(LEVELS)];
  for (const example of training) {
    const { all, objects } = histogramsOf(example);
    const [pixels, wanted] = [sumOf(all), sumOf(objects)];
    if (wanted === 0) continue;
    let [below, objectsBelow] = [0, 0];
    for (let level = 0; level < LEVELS; level++) {
      below += at(all, level);
      objectsBelow += at(objects, level);
      dark[level] = at(dark, level) + (2 * objectsBelow) / (below + wanted);
      light[level] = at(light, level) + (2 * (wanted - objectsBelow)) / (pixels - below + wanted);
    }
  }
  const [darkLevel, lightLevel] = [bestOf(dark), bestOf(light)];
  return at(dark, darkLevel) >= at(light, lightLevel)
    ? { objects: 'dark', level: darkLevel }
    : { objects: 'light', level: lightLevel };
}

/** The mask of class 1 of an image in gray levels. */
export const thresholdMask = (gray: Uint8Array, { objects, level }: Threshold): Uint8Array =>
  gray.map((value) => Number(objects === 'dark' ? value <= level : value > level));

function histogramsOf({ gray, mask }: GrayExample): { readonly all: Uint32Array; readonly objects: Uint32Array } {
  const [all, objects] = [new Uint32Array(LEVELS), new Uint32Array(LEVELS)];
  gray.forEach((level, pixel) => {
    all[level] = at(all, level) + 1;
    if (mask[pixel] === 1) objects[level] = at(objects, level) + 1;
  });
  return { all, objects };
}

const sumOf = (counts: Uint32Array): number => counts.reduce((sum, count) => sum + count, 0);

/** The place of the largest value, the first of equals. */
function bestOf(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (at(values, i) > at(values, best)) best = i;
  return best;
}
