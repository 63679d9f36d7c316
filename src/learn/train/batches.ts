/** The images of each step. All batches of an epoch have the same length, because a compiled step has fixed shapes. */
import { random } from '../../util/random.ts';
import { at } from '../../util/known.ts';
import type { StepPosition } from './loop.ts';

interface EpochKey {
  readonly seed: number;
  /** Counts from 1. */
  readonly epoch: number;
}

/** Draws all batches of an epoch. */
type Drawing = (indices: readonly number[], batchSize: number, key: EpochKey) => number[][];

/** A step with its images. */
export interface Batch extends StepPosition {
  readonly indices: readonly number[];
}

/**
 * The batch of each step. An epoch is drawn once, as its steps follow each other: an order of all images for every step
 * would cost more than its images.
 */
export function batchesOf(
  draw: Drawing,
  indices: readonly number[],
  batchSize: number,
  seed: number,
): (position: StepPosition) => Batch {
  let drawn: { readonly epoch: number; readonly batches: number[][] } = { epoch: 0, batches: [] };
  return (position) => {
    const { epoch, index } = position;
    if (drawn.epoch !== epoch) drawn = { epoch, batches: draw(indices, batchSize, { seed, epoch }) };
    return { ...position, indices: at(drawn.batches, index) };
  };
}

/** Shuffled batches without the last partial one: a contrastive loss changes its meaning with the batch. */
export function dropLastBatches(indices: readonly number[], batchSize: number, key: EpochKey): number[][] {
  const order = shuffled(indices, key);
  return Array.from({ length: Math.floor(order.length / batchSize) }, (_, i) =>
    order.slice(i * batchSize, (i + 1) * batchSize),
  );
}

/**
 * Shuffled batches that hold every image; the last is filled up with images from the start of the same order. Real
 * images, because padding would enter the statistics of batch normalization.
 */
export function wrappedBatches(indices: readonly number[], batchSize: number, key: EpochKey): number[][] {
  const order = shuffled(indices, key);
  return Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) =>
    Array.from({ length: batchSize }, (_, j) => at(order, (i * batchSize + j) % order.length)),
  );
}

function shuffled(indices: readonly number[], { seed, epoch }: EpochKey): number[] {
  return Array.from(random('order', seed, epoch).permutation(indices.length), (position) => at(indices, position));
}
