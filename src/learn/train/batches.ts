/** Which images a step sees. Every batch of an epoch has the same length, as a compiled step has fixed shapes. */
import { random } from '../../util/random.ts';

interface EpochKey {
  readonly seed: number;
  /** Counts from 1. */
  readonly epoch: number;
}

/** Shuffled batches without the last partial one: a contrastive loss changes its meaning with the batch. */
export function fullBatches(indices: readonly number[], batch: number, key: EpochKey): number[][] {
  const order = shuffled(indices, key);
  return Array.from({ length: Math.floor(order.length / batch) }, (_, i) => order.slice(i * batch, (i + 1) * batch));
}

/**
 * Shuffled batches that hold every image; the last is filled up with images from the start of the same order. Real
 * images, because padding would enter the statistics of batch normalisation.
 */
export function wrappedBatches(indices: readonly number[], batch: number, key: EpochKey): number[][] {
  const order = shuffled(indices, key);
  return Array.from({ length: Math.ceil(order.length / batch) }, (_, i) =>
    Array.from({ length: batch }, (_, j) => order[(i * batch + j) % order.length]!),
  );
}

function shuffled(indices: readonly number[], { seed, epoch }: EpochKey): number[] {
  return Array.from(random('order', seed, epoch).permutation(indices.length), (position) => indices[position]!);
}
