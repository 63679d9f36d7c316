/** The scores of a predicted mask, class by class. */
import { at } from '../../../util/known.ts';
import { countPixels } from './overlap.ts';
import { surfaceDistances } from './surface.ts';
import type { Mask } from './mask.ts';

/** The class of an image: in both masks, in one of them, in none. */
export type Presence = 'both' | 'wanted' | 'found' | 'neither';

export interface OverlapScore {
  readonly presence: Presence;
  /** Twice the common pixels by the sum of both. 0 if one of the masks has none, null if neither has any. */
  readonly dice: number | null;
  /** The common pixels by those of either. 0 if one of the masks has none, null if neither has any. */
  readonly iou: number | null;
}

export interface MaskScore extends OverlapScore {
  /** Share of both edges within the tolerance of the other: 1 % of the diagonal. 0 and null as above. */
  readonly normalizedSurfaceDistance: number | null;
  /** In pixels. The diagonal of the picture if one of the masks has none, null if neither has any. */
  readonly hausdorff95: number | null;
}

/** Share of the picture's diagonal within which an edge is right. */
const TOLERANCE = 0.01;

/** One score for each class from 1 to `classes - 1`. Both masks have the same size. */
export const scoreOverlap = (found: Mask, wanted: Mask, classes: number): OverlapScore[] =>
  objectClasses(classes).map((of) => overlapScore(found, wanted, of));

/** The same with distances, which take longer. Both masks have the size of the original picture. */
export const scoreMask = (found: Mask, wanted: Mask, classes: number): MaskScore[] =>
  objectClasses(classes).map((of) => {
    const overlap = overlapScore(found, wanted, of);
    return { ...overlap, ...surfaceScore(found, wanted, of, overlap.presence) };
  });

const objectClasses = (classes: number): number[] => Array.from({ length: classes - 1 }, (_, i) => i + 1);

function overlapScore(found: Mask, wanted: Mask, of: number): OverlapScore {
  const { both, foundPixels, wantedPixels } = countPixels(found, wanted, of);
  const presence = presenceOf(foundPixels > 0, wantedPixels > 0);
  if (presence === 'neither') return { presence, dice: null, iou: null };
  const all = foundPixels + wantedPixels;
  return { presence, dice: (2 * both) / all, iou: both / (all - both) };
}

function presenceOf(isFound: boolean, isWanted: boolean): Presence {
  if (isFound) return isWanted ? 'both' : 'found';
  return isWanted ? 'wanted' : 'neither';
}

function surfaceScore(
  found: Mask,
  wanted: Mask,
  of: number,
  presence: Presence,
): Pick<MaskScore, 'normalizedSurfaceDistance' | 'hausdorff95'> {
  if (presence === 'neither') return { normalizedSurfaceDistance: null, hausdorff95: null };
  const diagonal = Math.hypot(wanted.width, wanted.height);
  if (presence !== 'both') return { normalizedSurfaceDistance: 0, hausdorff95: diagonal };
  const { fromFound, fromWanted } = surfaceDistances(found, wanted, of);
  return {
    normalizedSurfaceDistance: shareWithin(TOLERANCE * diagonal, fromFound, fromWanted),
    hausdorff95: Math.max(percentile(fromFound, 0.95), percentile(fromWanted, 0.95)),
  };
}

/** S. Nikolov et al., "Deep learning to achieve clinically applicable segmentation", 2018: counted in edge pixels. */
function shareWithin(tolerance: number, ...distances: readonly Float64Array[]): number {
  let [within, all] = [0, 0];
  for (const list of distances) {
    for (const distance of list) if (distance <= tolerance) within++;
    all += list.length;
  }
  return within / all;
}

/** Linear between neighbors, as NumPy's. */
function percentile(values: Float64Array, share: number): number {
  const sorted = values.toSorted();
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = at(sorted, below);
  return low + (place - below) * (at(sorted, Math.min(below + 1, sorted.length - 1)) - low);
}
