/**
 * Has training collapsed? A network that gives every image the same embedding, or one of two, may have an excellent
 * loss. Methods without negatives have to be watched for it (X. Chen and K. He, "Exploring Simple Siamese
 * Representation Learning", CVPR 2021, section 4.1 and figure 2, by the standard deviation).
 */

/** As a share of the standard deviation of an even spread. */
const MIN_RELATIVE_STD = 0.1;
/**
 * A collapse to a line does not change the standard deviation, because batch normalization restores it in every
 * dimension.
 */
const MIN_PARTICIPATION_RATIO = 1.25;

interface Embeddings {
  /** See embedding-stats.ts. */
  readonly relativeStd: number;
  readonly participationRatio: number;
  /** True for learning from labels. Two classes may then lie on a line, as intended. */
  readonly labeled: boolean;
}

/** A description of the collapse; null if the embeddings are healthy. */
export function detectCollapse({ relativeStd, participationRatio, labeled }: Embeddings): string | null {
  if (relativeStd < MIN_RELATIVE_STD)
    return (
      `all images have nearly the same embedding (its standard deviation is ${percent(relativeStd)} of an even ` +
      `spread's)`
    );
  if (!labeled && participationRatio < MIN_PARTICIPATION_RATIO)
    return (
      `the embeddings of all images lie nearly on one line (they spread over ${participationRatio.toPrecision(2)} ` +
      'dimensions)'
    );
  return null;
}

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;
