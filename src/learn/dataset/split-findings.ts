/**
 * Draws subsets with nearly equal shares of every finding: iterative stratification (K. Sechidis, G. Tsoumakas and
 * I. Vlahavas, "On the Stratification of Multi-Label Data", ECML PKDD 2011, algorithm 1), with groups in the place of
 * images. The rarest finding is divided first, because later draws could not mend its shares.
 */
import type { Subset } from '../../formats/subset.ts';
import { at } from '../../util/known.ts';
import { random } from '../../util/random.ts';
import { DatasetError } from './error.ts';
import { parseFindings } from './findings.ts';
import type { TableRow } from './table.ts';

/** Shares of the images. The rest is for training. */
export interface Shares {
  readonly test?: number;
  readonly validation: number;
}

interface Group {
  readonly indices: readonly number[];
  /** Images with each finding. */
  readonly present: readonly number[];
}

interface Part {
  readonly subset: Subset;
  /** Images that it still lacks, all and with each finding. */
  lackingImages: number;
  readonly lacking: number[];
  readonly indices: number[];
}

/** Throws DatasetError if there are fewer groups than subsets. */
export function drawFindings(
  rows: readonly TableRow[],
  findings: readonly string[],
  shares: Shares,
  seed: number,
): Record<Subset, number[]> {
  const groups = groupsOf(rows, findings);
  const parts = partsOf(rows.length, totalsOf(groups, findings.length), shares);
  if (groups.length < parts.length)
    throw new DatasetError(
      `There are ${groups.length} group(s) of images; ${parts.length} are needed, one for each subset.`,
    );
  const order = random('split', seed, 'findings').permutation(groups.length);
  let left = Array.from(order, (place) => at(groups, place));
  while (left.length > 0) {
    const rarest = rarestOf(totalsOf(left, findings.length));
    const divided = rarest === undefined ? left : left.filter(({ present }) => at(present, rarest) > 0);
    // Large groups first: small ones even out their shares.
    for (const group of divided.toSorted((a, b) => b.indices.length - a.indices.length))
      take(neediest(parts, rarest), group);
    const gone = new Set(divided);
    left = left.filter((group) => !gone.has(group));
  }
  const drawn = (subset: Subset) =>
    (parts.find((part) => part.subset === subset)?.indices ?? []).toSorted((a, b) => a - b);
  return { train: drawn('train'), validation: drawn('validation'), test: drawn('test') };
}

function groupsOf(rows: readonly TableRow[], findings: readonly string[]): Group[] {
  const byName = new Map<string, TableRow[]>();
  for (const row of rows) {
    const members = byName.get(row.group);
    if (members) members.push(row);
    else byName.set(row.group, [row]);
  }
  return [...byName.values()].map((members) => {
    const states = members.map(({ label, image }) => parseFindings(label, findings, image));
    return {
      indices: members.map(({ index }) => index),
      present: findings.map((_, k) => states.filter((own) => own[k] === 1).length),
    };
  });
}

/** Images with each finding. */
const totalsOf = (groups: readonly Group[], findings: number): number[] =>
  Array.from({ length: findings }, (_, k) => groups.reduce((sum, { present }) => sum + at(present, k), 0));

function partsOf(images: number, totals: readonly number[], { test, validation }: Shares): Part[] {
  const shares: readonly (readonly [Subset, number])[] = [
    ['train', 1 - validation - (test ?? 0)],
    ['validation', validation],
    ...(test === undefined ? [] : [['test', test] as const]),
  ];
  return shares.map(([subset, share]) => ({
    subset,
    lackingImages: share * images,
    lacking: totals.map((total) => share * total),
    indices: [],
  }));
}

/** The finding with the fewest images, at least one; undefined if only images without a finding are left. */
function rarestOf(totals: readonly number[]): number | undefined {
  const left = totals.flatMap((total, k) => (total > 0 ? [k] : []));
  return left.sort((a, b) => at(totals, a) - at(totals, b) || a - b)[0];
}

/** The part that lacks most of the finding; of equals, the one that lacks most images. */
function neediest(parts: readonly Part[], finding: number | undefined): Part {
  const lackOf = (part: Part) => (finding === undefined ? part.lackingImages : at(part.lacking, finding));
  return parts.reduce((most, part) =>
    lackOf(part) > lackOf(most) || (lackOf(part) === lackOf(most) && part.lackingImages > most.lackingImages)
      ? part
      : most,
  );
}

function take(part: Part, { indices, present }: Group): void {
  part.indices.push(...indices);
  part.lackingImages -= indices.length;
  present.forEach((images, k) => {
    part.lacking[k] = at(part.lacking, k) - images;
  });
}
