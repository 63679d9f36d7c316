/** Finds images that occur twice: byte for byte, nearly, or turned. */
import { significant } from '../../../util/number.ts';
import type { HashedImage } from './hashed-images.ts';
import { correlation, hashDistance, reorient, ORIENTATIONS } from './signature.ts';
import { at } from '../../../util/known.ts';

export interface DuplicatePair {
  /** Rows, first < second. */
  readonly first: number;
  readonly second: number;
  /** Correlation of the gray thumbnails; 1 for equal images. */
  readonly similarity: number;
}

export interface TurnedDuplicatePair extends DuplicatePair {
  /** The transformation that makes the second image look like the first. */
  readonly turn: (typeof ORIENTATIONS)[number];
}

export interface Duplicates {
  /** Equal packed bytes. */
  readonly exact: readonly DuplicatePair[];
  /** Not equal, but alike as two saved copies of one picture are. */
  readonly near: readonly DuplicatePair[];
  /** Alike once the second is mirrored or turned by a right angle. */
  readonly turned: readonly TurnedDuplicatePair[];
}

/** Hashes further apart are not compared. */
const NEAR_HASH = 8;
/** Two views of one lesion stay below this; a picture saved again stays above. */
const NEAR_CORRELATION = 0.99;

export function findDuplicates(images: readonly HashedImage[]): Duplicates {
  const likenesses = images.flatMap((image, first) => laterLikenesses(image, first, images));
  return {
    exact: likenesses.flatMap(({ turn, ...pair }) => (turn === -1 ? [pair] : [])),
    near: likenesses.flatMap(({ turn, ...pair }) => (turn === 0 ? [pair] : [])),
    turned: likenesses.flatMap(({ turn, ...pair }) => (turn > 0 ? [{ ...pair, turn: at(ORIENTATIONS, turn) }] : [])),
  };
}

interface Likeness extends DuplicatePair {
  /** -1 for equal images, else a place in TURNS. */
  readonly turn: number;
}

function laterLikenesses(
  { digest, signature }: HashedImage,
  first: number,
  others: readonly HashedImage[],
): Likeness[] {
  const found: Likeness[] = [];
  const hash = at(signature.hashes, 0);
  for (let second = first + 1; second < others.length; second++) {
    const other = at(others, second);
    if (digest === other.digest) {
      found.push({ first, second, similarity: 1, turn: -1 });
      continue;
    }
    for (let turn = 0; turn < ORIENTATIONS.length; turn++) {
      if (hashDistance(hash, at(other.signature.hashes, turn)) > NEAR_HASH) continue;
      const similarity = correlation(signature.thumbnail, reorient(other.signature.thumbnail, turn));
      if (similarity < NEAR_CORRELATION) continue;
      found.push({ first, second, similarity: significant(similarity), turn });
      break;
    }
  }
  return found;
}
