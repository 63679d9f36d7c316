/**
 * Area under the ROC curve, one class against the rest, as scikit-learn's `roc_auc_score(multi_class='ovr',
 * average='macro')` has it.
 *
 * The area is the probability that an image of the class scores higher than one of another class, a tie counting one
 * half (Hanley and McNeil 1982), so no curve is needed. A weight is the number of times that an image counts. With
 * whole numbers, the result is that of the resampled set. A bootstrap can therefore sort once and sum many times.
 */

/** The images in ascending order of their probability of one class, and the end of each run of equal probabilities. */
export interface Ranking {
  readonly order: Int32Array;
  /** For each run of ties, the position after its last member. */
  readonly runEnds: Int32Array;
}

/** One ranking for each class. Besides weights, the area depends on these only. */
export interface Rankings {
  readonly labels: Int32Array;
  readonly byClass: readonly Ranking[];
}

/**
 * Unweighted mean over the classes. A class without an image, or to which all images belong, has no curve and is left
 * out of the mean (scikit-learn refuses or warns there); NaN when no class has one.
 * @param probabilities row-major [N, classes]; logits rank alike within a class only, so pass probabilities
 * @param labels [N], each from 0 to classes - 1
 */
export function macroAuc(probabilities: Float32Array | Float64Array, labels: Int32Array, classes: number): number {
  return weightedMacroAuc(rankings(probabilities, labels, classes), new Float64Array(labels.length).fill(1));
}

export function rankings(probabilities: Float32Array | Float64Array, labels: Int32Array, classes: number): Rankings {
  const count = labels.length;
  if (probabilities.length !== count * classes) {
    throw new RangeError(
      `Internal error: ${probabilities.length} probabilities for ${count} images of ${classes} classes.`,
    );
  }
  const byClass = Array.from({ length: classes }, (_, k) =>
    rank(Float64Array.from({ length: count }, (_, i) => probabilities[i * classes + k] ?? 0)),
  );
  return { labels, byClass };
}

/** The mean over classes when image i counts `weights[i]` times. */
export function weightedMacroAuc(sorted: Rankings, weights: Float64Array): number {
  return meanOverClasses(sorted, weights, binaryAuc);
}

/** The score of one class against the rest; NaN if it is undefined. */
type ClassScore = (ranking: Ranking, labels: Int32Array, positive: number, weights: Float64Array) => number;

/** Over the classes whose score is defined. */
export function meanOverClasses({ labels, byClass }: Rankings, weights: Float64Array, scoreOf: ClassScore): number {
  const defined = byClass
    .map((ranking, k) => scoreOf(ranking, labels, k, weights))
    .filter((score) => !Number.isNaN(score));
  return defined.reduce((sum, score) => sum + score, 0) / defined.length;
}

function rank(scores: Float64Array): Ranking {
  const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const runEnds: number[] = [];
  order.forEach((image, position) => {
    const next = order[position + 1];
    if (next === undefined || scores[next] !== scores[image]) runEnds.push(position + 1);
  });
  return { order, runEnds: Int32Array.from(runEnds) };
}

/** NaN when there is nothing to compare. */
export function binaryAuc(
  { order, runEnds }: Ranking,
  labels: Int32Array,
  positive: number,
  weights: Float64Array,
): number {
  let positives = 0;
  let negatives = 0; // of all runs below the present one
  let won = 0;
  let position = 0;
  for (const end of runEnds) {
    let positivesHere = 0;
    let negativesHere = 0;
    for (; position < end; position++) {
      const image = order[position] ?? 0;
      if (labels[image] === positive) positivesHere += weights[image] ?? 0;
      else negativesHere += weights[image] ?? 0;
    }
    won += positivesHere * (negatives + negativesHere / 2);
    positives += positivesHere;
    negatives += negativesHere;
  }
  return won / (positives * negatives);
}
