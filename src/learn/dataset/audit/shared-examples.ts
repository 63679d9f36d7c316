/** The images of two sets that are shown to a person. */
import { contactSheet } from '../contact-sheet.ts';
import type { PackedImages } from '../packed-images.ts';
import type { SetPair, SharedImage } from '../../../formats/shared-images.ts';
import { MAX_EXAMPLES, TILE_PIXELS } from './pair-examples.ts';
import { at, entry } from '../../../util/known.ts';

const KINDS = ['equal', 'near', 'turned', 'names'] as const;

export interface SharedExample {
  readonly sets: readonly [string, string];
  readonly kind: (typeof KINDS)[number];
  readonly image: SharedImage;
}

/** Evidence before hints; of one kind, something of every two sets. */
export function chooseSharedExamples(found: readonly SetPair[]): SharedExample[] {
  const share = Math.ceil(
    MAX_EXAMPLES / Math.max(1, found.filter((each) => KINDS.some((kind) => each[kind].length > 0)).length),
  );
  return KINDS.flatMap((kind) =>
    found.flatMap((each) => each[kind].slice(0, share).map((image) => ({ sets: each.sets, kind, image }))),
  ).slice(0, MAX_EXAMPLES);
}

/** One row for each, its two pictures, of one size, side by side. */
export async function drawSharedExamples(
  path: string,
  shown: readonly SharedExample[],
  packed: ReadonlyMap<string, PackedImages>,
  size: number,
): Promise<void> {
  const tiles = await Promise.all(
    shown.map(({ sets, image }) =>
      Promise.all(sets.map((set, side) => entry(packed, set).read([at(image.rows, side)]))),
    ),
  );
  await contactSheet(path, tiles, { size, zoom: Math.max(1, Math.floor(TILE_PIXELS / size)) });
}
