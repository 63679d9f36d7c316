/** `shared.json`: images that two data sets share. A network trained on one set must not be tested on the other. */
import { group } from 'd3-array';
import type { SetPair, SharedImage } from '../../../formats/shared-images.ts';
import type { TableRow } from '../table.ts';
import { findDuplicates, type DuplicatePair } from './duplicates.ts';
import type { HashedImage } from './hashed-images.ts';
import { at } from '../../../util/known.ts';

export interface HashedDataset {
  readonly name: string;
  readonly table: readonly TableRow[];
  /** In the order of the table. */
  readonly images: readonly HashedImage[];
}

/** One entry for each two sets, in their order. */
export function findSharedImages(sets: readonly HashedDataset[]): SetPair[] {
  const found = findDuplicates(sets.flatMap(({ images }) => images));
  const places = sets.flatMap(({ table }, set) => table.map((row) => ({ set, row })));
  return sets.flatMap((first, a) =>
    sets.slice(a + 1).map((second, i): SetPair => {
      const b = a + 1 + i;
      const between = (pairs: readonly DuplicatePair[]) =>
        pairs.flatMap((pair) => {
          const [one, other] = [at(places, pair.first), at(places, pair.second)];
          return one.set === a && other.set === b ? [sharedImage(one.row, other.row)] : [];
        });
      return {
        sets: [first.name, second.name],
        equal: between(found.exact),
        near: between(found.near),
        turned: between(found.turned),
        names: ofOneName(first, second),
      };
    }),
  );
}

function ofOneName(first: HashedDataset, second: HashedDataset): SharedImage[] {
  const named = group(first.table, ({ image }) => nameOf(image));
  return second.table.flatMap((other) => (named.get(nameOf(other.image)) ?? []).map((one) => sharedImage(one, other)));
}

function sharedImage(one: TableRow, other: TableRow): SharedImage {
  return { images: [one.image, other.image], labels: [one.label, other.label], rows: [one.index, other.index] };
}

/** `Train/nevus/ISIC_0024306 (1).JPG` -> `isic_0024306` */
function nameOf(image: string): string {
  return image
    .slice(image.lastIndexOf('/') + 1)
    .replace(/\.[^.]*$/, '')
    .replace(/\s*\(\d+\)$/, '')
    .toLowerCase();
}
