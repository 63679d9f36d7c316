/** The parts of a look at images with masks or boxes that both have: the split, and the faults. */
import type { Domain } from '../../../formats/dataset.ts';
import { SUBSETS, type Subset } from '../../../formats/subset.ts';
import { err, type Result } from '../../../util/result.ts';
import { ANY_IMAGE } from '../masks/listing.ts';
import type { ListedImage, ListingFault } from '../reader/listing.ts';
import { policyFor, splitDataset } from '../split.ts';
import type { TableRow } from '../table.ts';
import type { Obstacle } from './request.ts';

export interface TaskInspection {
  readonly reader: string;
  readonly domain: Domain;
  readonly title: string;
  /** With labels. */
  readonly images: number;
  readonly classes: readonly string[];
  readonly groups: number;
  /** The data have a test set of their own. */
  readonly published: boolean;
  readonly subsets: Readonly<Record<Subset, number>>;
  readonly faults: readonly ListingFault[];
  readonly notices: readonly string[];
}

export const stop = (message: string, remedy: string): Result<never, Obstacle> => err({ message, remedy });

export const UNKNOWN_KIND = stop('the kind of the images is not known', 'Name it: --domain skin, or another.');

/** Throws DatasetError where the stage `split` would: there, it comes after the images were decoded. */
export function inspectRows(
  samples: readonly ListedImage[],
): Pick<TaskInspection, 'images' | 'groups' | 'published' | 'subsets'> {
  const rows = samples.map(({ image, group, split }, index): TableRow => ({
    index,
    image,
    label: ANY_IMAGE,
    group,
    split,
  }));
  const policy = policyFor(rows);
  const split = splitDataset(rows, [ANY_IMAGE], {
    ...{ policy, test: 0.2, validation: 0.2, seed: 0, labelFractions: [] },
    ...{ overlap: 'remove', duplicates: 'keep' },
  });
  return {
    images: rows.length,
    groups: new Set(rows.map(({ group }) => group)).size,
    published: policy === 'published',
    subsets: Object.fromEntries(SUBSETS.map((subset) => [subset, split[subset].length])) as Record<Subset, number>,
  };
}

export function stopAtFaults(faults: readonly ListingFault[]): Result<never, Obstacle> {
  const shown = faults.slice(0, 5).map(({ file, reason }) => `  ${file}: ${reason}`);
  const more = faults.length > 5 ? [`  and ${faults.length - 5} more`] : [];
  return stop(
    [`${faults.length} image(s) cannot be used:`, ...shown, ...more].join('\n'),
    'Mend or remove them, or leave them out: --leave-out. dataset.json will name each.',
  );
}
