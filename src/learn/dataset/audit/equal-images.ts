/** The equal images that an audit found, as rows of the table. */
import { readFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { EqualImages } from '../copies.ts';
import { DatasetError } from '../error.ts';
import type { TableRow } from '../table.ts';

const ExactPairs = Type.Object({ exact: Type.Array(Type.Object({ images: Type.Tuple([Type.String(), Type.String()]) })) });

/** `path` is an audit.json. Throws DatasetError when it is none, or of another data set. */
export async function equalImages(path: string, table: readonly TableRow[]): Promise<EqualImages[]> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!Value.Check(ExactPairs, value)) throw new DatasetError(`${path} is not the audit.json of an audit: its list of exact pairs is missing.`);
  const rows = new Map(table.map(({ image, index }) => [image, index]));
  const sets = new Map<number, Set<number>>();
  for (const { images } of value.exact) {
    const pair = images.map((image) => {
      const index = rows.get(image);
      if (index === undefined) throw new DatasetError(`${path} names ${image}, which the table does not; both must come from one ingest.`);
      return index;
    });
    // Every pair of equal images is listed, so that one that shares an image with a set belongs to it.
    const members = pair.map((index) => sets.get(index)).find((known) => known !== undefined) ?? new Set();
    for (const index of pair) sets.set(index, members.add(index));
  }
  return [...new Set(sets.values())].map((members) => [...members].sort((a, b) => a - b));
}
