/** The scores of guesses on the test images: one mask for all, and a threshold of brightness. */
import { at, entry } from '../../../util/known.ts';
import type { PackedImages } from '../../dataset/packed-images.ts';
import { bestThreshold, constantMask, thresholdMask } from './baselines.ts';
import type { Mask } from './mask.ts';
import { certain, scorePrediction, type TrueMasks } from './score-runs.ts';
import type { ScoredMasks } from './scored-masks.ts';

interface GuessData {
  readonly images: PackedImages;
  readonly masks: { read(indices: readonly number[]): Promise<Uint8Array> };
  readonly train: readonly number[];
  readonly test: readonly number[];
  readonly truth: TrueMasks;
  /** With the background. */
  readonly classes: number;
}

interface Guess {
  readonly name: 'constant mask' | 'threshold';
  readonly test: ScoredMasks;
}

export async function scoreGuesses(data: GuessData): Promise<Guess[]> {
  const { images, masks, train, test, truth, classes } = data;
  const squares: Mask[] = [];
  for (const index of train) squares.push({ width: images.size, height: images.size, data: await masks.read([index]) });
  const constant = certain(constantMask(squares, classes), classes);
  const scored = (predictionOf: (position: number) => ReturnType<typeof certain>): ScoredMasks =>
    test.map((index, position) => scorePrediction(predictionOf(position), entry(truth, index), classes));
  const guesses: Guess[] = [{ name: 'constant mask', test: scored(() => constant) }];
  if (classes > 2) return guesses;

  const grays = await graysOf(images, train);
  const threshold = bestThreshold(grays.map((gray, i) => ({ gray, mask: at(squares, i).data })));
  const tested = await graysOf(images, test);
  const maskOf = (position: number): Mask => ({
    width: images.size,
    height: images.size,
    data: thresholdMask(at(tested, position), threshold),
  });
  return [...guesses, { name: 'threshold', test: scored((position) => certain(maskOf(position), classes)) }];
}

/** Rec. 601 luma. */
async function graysOf(images: PackedImages, indices: readonly number[]): Promise<Uint8Array[]> {
  const grays: Uint8Array[] = [];
  for (const index of indices) {
    const rgb = await images.read([index]);
    grays.push(
      Uint8Array.from({ length: rgb.length / 3 }, (_, pixel) =>
        Math.round(0.299 * at(rgb, 3 * pixel) + 0.587 * at(rgb, 3 * pixel + 1) + 0.114 * at(rgb, 3 * pixel + 2)),
      ),
    );
  }
  return grays;
}
