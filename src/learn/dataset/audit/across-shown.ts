/** The images of two sets that are shown to a person. */
import { contactSheet } from '../contact-sheet.ts';
import type { PackedImages } from '../packed-images.ts';
import type { Shared, SharedImage } from './across.ts';
import { SHOWN, TILE } from './shown.ts';

const KINDS = ['equal', 'near', 'turned', 'names'] as const;

export interface ShownShared {
  readonly sets: readonly [string, string];
  readonly kind: (typeof KINDS)[number];
  readonly image: SharedImage;
}

/** Evidence before hints; of one kind, something of every two sets. */
export function sharedToShow(found: readonly Shared[]): ShownShared[] {
  const share = Math.ceil(
    SHOWN / Math.max(1, found.filter((each) => KINDS.some((kind) => each[kind].length > 0)).length),
  );
  return KINDS.flatMap((kind) =>
    found.flatMap((each) => each[kind].slice(0, share).map((image) => ({ sets: each.sets, kind, image }))),
  ).slice(0, SHOWN);
}

/** One row for each, its two pictures, of one size, side by side. */
export async function drawShared(
  path: string,
  shown: readonly ShownShared[],
  packed: ReadonlyMap<string, PackedImages>,
  size: number,
): Promise<void> {
  const tiles = await Promise.all(
    shown.map(({ sets, image }) => Promise.all(sets.map((set, side) => packed.get(set)!.read([image.rows[side]!])))),
  );
  await contactSheet(path, tiles, { size, zoom: Math.max(1, Math.floor(TILE / size)) });
}
