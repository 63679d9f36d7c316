/** The scores of many masks as one number. */

/**
 * The mean of a score over images for each class, then over classes, so that a rare class counts as a common one.
 * Scores that are null are left out. Null if all are.
 */
export function macroMean<S>(images: readonly (readonly S[])[], scoreOf: (scores: S) => number | null): number | null {
  const classes = Math.max(0, ...images.map((scores) => scores.length));
  return mean(
    Array.from({ length: classes }, (_, i) => mean(images.flatMap((scores) => scores.slice(i, i + 1).map(scoreOf)))),
  );
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
