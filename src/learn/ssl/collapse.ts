/**
 * Has training collapsed? A network that gives every image the same embedding, or one of two, may have an excellent loss. Methods
 * without negatives have to be watched for it (X. Chen and K. He, "Exploring Simple Siamese Representation Learning",
 * CVPR 2021, section 4.1 and figure 2, where the standard deviation tells).
 */

/** Of the standard deviation that an even spread has. */
const LEAST_SPREAD = 0.1;
/** A collapse to a line leaves the standard deviation alone where batch normalisation restores it in every dimension. */
const LEAST_DIMENSIONS = 1.25;

interface Embeddings {
  /** See geometry.ts. */
  readonly spread: number;
  readonly dimensions: number;
  /** Learnt from labels: then to lie on a line is what two classes are meant to do. */
  readonly labelled: boolean;
}

/** What is wrong with embeddings, in words; null where nothing is. */
export function collapse({ spread, dimensions, labelled }: Embeddings): string | null {
  if (spread < LEAST_SPREAD)
    return `all images have nearly the same embedding (its standard deviation is ${percent(spread)} of an even spread's)`;
  if (!labelled && dimensions < LEAST_DIMENSIONS)
    return `the embeddings of all images lie nearly on one line (they spread over ${dimensions.toPrecision(2)} dimensions)`;
  return null;
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
