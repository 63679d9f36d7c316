/** The equal images that an audit found: by name, or as rows of the table. */
import { readAudit } from '../../../formats/audit.ts';
import type { EqualImages } from '../remove-duplicates.ts';
import { DatasetError } from '../error.ts';
import type { TableRow } from '../table.ts';

/** Names of two images with equal pixels. For three equal images, all three pairs are listed. */
export type EqualPair = readonly [string, string];

/**
 * `path` is an audit.json; `count`: images of the data set. Throws FormatError when it is none, and DatasetError when
 * it is of another data set.
 */
export async function equalPairs(path: string, count: number): Promise<EqualPair[]> {
  const { images, exact } = await readAudit(path);
  if (images !== count)
    throw new DatasetError(
      `${path} is of ${images} images, the data set has ${count}; both must come from one ingest.`,
    );
  return exact.map((pair) => pair.images);
}

/** The same as sets of rows. Throws DatasetError likewise. */
export async function equalImages(path: string, table: readonly TableRow[]): Promise<EqualImages[]> {
  const pairs = await equalPairs(path, table.length);
  const rows = new Map(table.map(({ image, index }) => [image, index]));
  const sets = new Map<number, Set<number>>();
  for (const images of pairs) {
    const pair = images.map((image) => {
      const index = rows.get(image);
      if (index === undefined)
        throw new DatasetError(`${path} names ${image}, but the table does not; both must come from one ingest.`);
      return index;
    });
    // As every pair is listed, one that shares an image with a set belongs to it.
    const members = pair.map((index) => sets.get(index)).find((known) => known !== undefined) ?? new Set();
    for (const index of pair) sets.set(index, members.add(index));
  }
  return [...new Set(sets.values())].map((members) => [...members].sort((a, b) => a - b));
}
