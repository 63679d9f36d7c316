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
  /** [N], in this order: 2 if the image has the class, plus 1 if it is the last of a run of ties. */
  readonly flags: Uint8Array;
}

/** One ranking for each class or finding. Besides weights, areas depend on these only. */
export type Rankings = readonly Ranking[];

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
  return Array.from({ length: classes }, (_, k) =>
    rank(
      Float64Array.from({ length: count }, (_, i) => probabilities[i * classes + k] ?? 0),
      (image) => labels[image] === k,
    ),
  );
}

/** The mean over classes when image i counts `weights[i]` times. */
export function weightedMacroAuc(sorted: Rankings, weights: Float64Array): number {
  return meanOverClasses(sorted, weights, binaryAuc);
}

/** The score of one class against the rest; NaN if it is undefined. */
type ClassScore = (ranking: Ranking, weights: Float64Array) => number;

/** Over the classes whose score is defined. */
export function meanOverClasses(sorted: Rankings, weights: Float64Array, scoreOf: ClassScore): number {
  let [sum, defined] = [0, 0];
  for (const ranking of sorted) {
    const score = scoreOf(ranking, weights);
    if (Number.isNaN(score)) continue;
    sum += score;
    defined++;
  }
  return sum / defined;
}

/** Images for which `isKnown` is false are in no place of the ranking. */
export function rank(
  scores: Float64Array,
  isPositive: (image: number) => boolean,
  isKnown: (image: number) => boolean = () => true,
): Ranking {
  const order = Int32Array.from(scores.keys())
    .filter(isKnown)
    .sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const runEnds: number[] = [];
  const flags = Uint8Array.from(order, (image, position) => {
    const next = order[position + 1];
    const ends = next === undefined || scores[next] !== scores[image];
    if (ends) runEnds.push(position + 1);
    return (isPositive(image) ? 2 : 0) + (ends ? 1 : 0);
  });
  return { order, runEnds: Int32Array.from(runEnds), flags };
}

/** NaN when there is nothing to compare. */
export function binaryAuc({ order, flags }: Ranking, weights: Float64Array): number {
  let positives = 0;
  let negatives = 0; // of all runs below the present one
  let won = 0;
  let positivesHere = 0;
  let negativesHere = 0;
  for (let position = 0; position < order.length; position++) {
    const weight = weights[order[position] ?? 0] ?? 0;
    const flag = flags[position] ?? 0;
    if (flag >= 2) positivesHere += weight;
    else negativesHere += weight;
    if ((flag & 1) === 0) continue;
    won += positivesHere * (negatives + negativesHere / 2);
    positives += positivesHere;
    negatives += negativesHere;
    positivesHere = 0;
    negativesHere = 0;
  }
  return won / (positives * negatives);
}
