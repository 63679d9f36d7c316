/** The heat maps of one network, and the positions of test images in its feature space. */
import type { EmbeddedPicture } from './picture.ts';
import type { Point } from './point.ts';

export interface Explanation {
  readonly model: string;
  /** The layer of the activations in the heat maps, and its number of positions per side. */
  readonly layer: string;
  readonly side: number;
  readonly classes: readonly string[];
  /** Class numbers of the embedded test images. */
  readonly labels: readonly number[];
  readonly embeddings: readonly Embedding[];
  /** Most confident first. */
  readonly mistakes: readonly Example[];
  readonly correct: readonly Example[];
  /** One row for each example: the image, then heat maps for the predicted and for the labeled class. */
  readonly picture: EmbeddedPicture | null;
}

/** Features of images on a plane, before and after fine-tuning. */
export interface Embedding {
  readonly method: 'PCA' | 'UMAP';
  readonly before: readonly Point[];
  readonly after: readonly Point[];
  /** Shares of the variance along both axes together; null if the method has none. */
  readonly explained: { readonly before: number; readonly after: number } | null;
}

export interface Example {
  readonly image: string;
  readonly label: string;
  readonly predicted: string;
  /** Probability of the predicted class. */
  readonly confidence: number;
  /** In the picture, from 0. */
  readonly row: number;
}
