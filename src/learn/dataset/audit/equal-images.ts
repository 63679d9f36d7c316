/** The equal images that an audit found: by name, or as rows of the table. */
import { readFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { EqualImages } from '../remove-duplicates.ts';
import { DatasetError } from '../error.ts';
import type { TableRow } from '../table.ts';

/** Names of two images with equal pixels. For three equal images, all three pairs are listed. */
export type EqualPair = readonly [string, string];

const ExactPairs = Type.Object({
  images: Type.Integer(),
  exact: Type.Array(Type.Object({ images: Type.Tuple([Type.String(), Type.String()]) })),
});

/** `path` is an audit.json; `count`: images of the data set. Throws DatasetError when it is none, or of another data set. */
export async function equalPairs(path: string, count: number): Promise<EqualPair[]> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!Value.Check(ExactPairs, value))
    throw new DatasetError(`${path} is not the audit.json of an audit: its list of exact pairs is missing.`);
  if (value.images !== count)
    throw new DatasetError(
      `${path} is of ${value.images} images, the data set has ${count}; both must come from one ingest.`,
    );
  return value.exact.map(({ images }) => images);
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
