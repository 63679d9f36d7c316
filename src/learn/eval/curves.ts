/**
 * ROC and precision-recall curves, one class against the rest, thinned for drawing. Metrics are never computed from
 * these.
 */
import { rankings, type Ranking } from './auc.ts';
import type { ScoredPredictions } from './scored.ts';
import { at } from '../../util/known.ts';

type Point = readonly [x: number, y: number];

export interface ClassCurves {
  /** [false positive rate, recall], from [0, 0] to [1, 1]. */
  readonly roc: readonly Point[];
  /** [recall, precision], from the most probable images to all of them. */
  readonly precisionRecall: readonly Point[];
}

/** At most about 60 points are kept of a curve. */
const STEP = 1 / 58;

/** By class; null for a class that no image or every image has. The answers of all seeds are ranked together. */
export function rocAndPrCurves(bySeed: readonly ScoredPredictions[]): (ClassCurves | null)[] {
  const { classes } = at(bySeed, 0);
  const labels = Int32Array.from(bySeed.flatMap((scored) => [...scored.labels]));
  const probabilities = Float64Array.from(bySeed.flatMap((scored) => [...scored.probabilities]));
  return rankings(probabilities, labels, classes).map(curvesOf);
}

/** Null where all or no images are positive. */
export function curvesOf({ order, runEnds, flags }: Ranking): ClassCurves | null {
  const positives = flags.filter((flag) => flag >= 2).length;
  const negatives = order.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const roc: Point[] = [[0, 0]];
  const precisionRecall: Point[] = [];
  let right = 0;
  let wrong = 0;
  for (let run = runEnds.length - 1; run >= 0; run--) {
    for (let position = run === 0 ? 0 : at(runEnds, run - 1); position < at(runEnds, run); position++) {
      if (at(flags, position) >= 2) right++;
      else wrong++;
    }
    roc.push([wrong / negatives, right / positives]);
    precisionRecall.push([right / positives, right / (right + wrong)]);
  }
  return { roc: thinned(roc, ([x, y]) => (x + y) / 2), precisionRecall: thinned(precisionRecall, ([x]) => x) };
}

/** Drops points that come less than a step after the last one kept; first and last stay. `along` never falls. */
function thinned(points: readonly Point[], along: (point: Point) => number): Point[] {
  const kept: Point[] = [];
  points.forEach((point, i) => {
    const last = kept.at(-1);
    if (last === undefined || i === points.length - 1 || along(point) - along(last) >= STEP) kept.push(point);
  });
  return kept;
}
