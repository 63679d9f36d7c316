/** The pairs that an audit shows to a person, the worst first. */
import { contactSheet } from '../contact-sheet.ts';
import type { PackedImages } from '../packed-images.ts';
import type { TableRow } from '../table.ts';
import type { AuditedPair, PairExample } from '../../../formats/audit.ts';
import type { AuditFindings } from './audit.ts';
import { at, entry } from '../../../util/known.ts';

export const MAX_EXAMPLES = 24;
/** Tiles are enlarged by whole times up to this many pixels. */
export const TILE_PIXELS = 96;

/**
 * Pairs across training and test come first, then pairs with two labels. Among these, equal pictures come before
 * similar ones.
 */
export function choosePairExamples(found: AuditFindings, table: readonly TableRow[]): PairExample[] {
  const shown =
    (kind: PairExample['kind']) =>
    ({ images, labels, splits }: Pick<AuditedPair, 'images' | 'labels' | 'splits'>): PairExample => ({
      kind,
      images,
      labels,
      splits,
    });
  const pairs = [
    ...found.exact.map(shown('equal')),
    ...found.near.map(shown('near')),
    ...found.turned.map(shown('turned')),
    ...groupPairs(found, table).map(shown('group')),
  ];
  return pairs.sort((a, b) => harm(b) - harm(a)).slice(0, MAX_EXAMPLES);
}

const harm = ({ labels, splits }: PairExample): number =>
  (splits[0] !== splits[1] ? 2 : 0) + (labels[0] !== labels[1] ? 1 : 0);

/** The first images of each group that is in two published splits, one from either. */
function groupPairs(
  { groupsAcrossSplits }: AuditFindings,
  table: readonly TableRow[],
): Pick<AuditedPair, 'images' | 'labels' | 'splits'>[] {
  return groupsAcrossSplits.map((group) => {
    const members = table.filter((row) => row.group === group);
    const a = at(members, 0);
    const b = members.find(({ split }) => split !== a.split);
    if (b === undefined) throw new Error(`Internal error: group ${group} is in one published split only.`);
    return { images: [a.image, b.image], labels: [a.label, b.label], splits: [a.split, b.split] };
  });
}

/** One row for each pair, its two pictures side by side. */
export async function drawPairExamples(
  path: string,
  pairs: readonly PairExample[],
  table: readonly TableRow[],
  images: PackedImages,
): Promise<void> {
  const rows = new Map(table.map(({ image, index }) => [image, index]));
  const tiles = await Promise.all(
    pairs.map((pair) => Promise.all(pair.images.map((image) => images.read([entry(rows, image)])))),
  );
  await contactSheet(path, tiles, { size: images.size, zoom: Math.max(1, Math.floor(TILE_PIXELS / images.size)) });
}
