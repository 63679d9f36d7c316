/** Finds images that occur twice, byte for byte or nearly. */
import { digestOf } from '../../../util/digest.ts';
import { significant } from '../../../util/number.ts';
import type { PackedImages } from '../packed-images.ts';
import { correlation, hashDistance, signatureOf, type Signature } from './signature.ts';

export interface Pair {
  /** Rows, first < second. */
  readonly first: number;
  readonly second: number;
  /** Correlation of the grey thumbnails; 1 for equal images. */
  readonly similarity: number;
}

export interface Duplicates {
  /** Equal packed bytes. */
  readonly exact: readonly Pair[];
  /** Not equal, but alike as two saved copies of one picture are. */
  readonly near: readonly Pair[];
}

/** Hashes further apart are not compared. */
const NEAR_HASH = 8;
/** Two views of one lesion stay below this; a picture saved again stays above. */
const NEAR_CORRELATION = 0.99;

export async function findDuplicates(images: PackedImages, onProgress?: (done: number) => void): Promise<Duplicates> {
  const digests: string[] = [];
  const signatures: Signature[] = [];
  for (let row = 0; row < images.count; row++) {
    const image = await images.read([row]);
    digests.push(digestOf(image));
    signatures.push(signatureOf(image, images.size));
    onProgress?.(row + 1);
  }
  return { exact: equalPairs(digests), near: nearPairs(signatures, digests) };
}

function equalPairs(digests: readonly string[]): Pair[] {
  const rows = new Map<string, number[]>();
  digests.forEach((digest, row) => rows.set(digest, [...(rows.get(digest) ?? []), row]));
  return [...rows.values()].flatMap((same) => same.flatMap((first, i) => same.slice(i + 1).map((second) => ({ first, second, similarity: 1 }))));
}

function nearPairs(signatures: readonly Signature[], digests: readonly string[]): Pair[] {
  const pairs: Pair[] = [];
  for (let first = 0; first < signatures.length; first++) {
    const { hash, thumbnail } = signatures[first]!;
    for (let second = first + 1; second < signatures.length; second++) {
      const other = signatures[second]!;
      if (hashDistance(hash, other.hash) > NEAR_HASH || digests[first] === digests[second]) continue;
      const similarity = correlation(thumbnail, other.thumbnail);
      if (similarity >= NEAR_CORRELATION) pairs.push({ first, second, similarity: significant(similarity) });
    }
  }
  return pairs;
}
