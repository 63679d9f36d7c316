/** The first part of every method: preprocess the views and encode them. */
import * as tf from '@tensorflow/tfjs-core';
import { augment, type ViewParams } from '../augment/index.ts';
import { resnetForward } from '../nn/forward.ts';
import type { ResNet } from '../nn/resnet.ts';
import { normalize } from '../nn/normalize.ts';
import type { Model, Variables } from '../nn/variables.ts';

/** Each view of the batch, [N, S, S, 3], as networks are fed it. */
export function preprocessViews(
  images: tf.Tensor,
  views: Readonly<Record<string, ViewParams<tf.Tensor>>>,
): tf.Tensor4D[] {
  return Object.values(views).map((view) => normalize(augment(images as tf.Tensor4D, view)));
}

interface Encoded {
  /** [rows, width] for each batch. */
  readonly features: tf.Tensor2D[];
  /** Running statistics after the last batch. */
  readonly stats: Variables<tf.Tensor>;
}

/**
 * Encodes batches one after the other, each normalized by its own statistics. Views that are to share their statistics
 * are one batch: concatenate them before.
 */
export function encode(network: ResNet, { params, stats }: Model<tf.Tensor>, batches: readonly tf.Tensor4D[]): Encoded {
  const features: tf.Tensor2D[] = [];
  let moved = stats;
  for (const batch of batches) {
    const encoded = resnetForward(network, params, moved, batch, { training: true });
    features.push(encoded.features);
    moved = encoded.stats;
  }
  return { features, stats: moved };
}

/** The two halves of a batch that was encoded whole. */
export const halves = <T extends tf.Tensor>(rows: T): [T, T] => tf.split(rows, 2) as [T, T];
