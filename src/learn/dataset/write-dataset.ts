/** The table and the description that go with packed images. */
import { writeDataset, type Dataset } from '../../formats/dataset.ts';
import { DatasetError, listFaults } from './error.ts';
import { countFindings } from './findings.ts';
import type { Listing, ListedImage } from './reader/listing.ts';
import { writeTable, type TableRow } from './table.ts';

/** Paths to write to. */
export interface DatasetFiles {
  readonly images: string;
  readonly table: string;
  readonly dataset: string;
}

/** Writes `table.csv` and `dataset.json`; row i is sample i. The listing's faults are reported as dropped. */
export async function writeDatasetFiles(
  files: Pick<DatasetFiles, 'table' | 'dataset'>,
  listing: Listing,
  size: number,
  stored: Pick<Dataset, 'bits' | 'gray'> = {},
): Promise<Dataset> {
  const { task, name, title, classes, ordinal, domain, source, samples, faults } = listing;
  const empty = task === 'findings' ? [] : classes.filter((label) => !samples.some((sample) => sample.label === label));
  if (empty.length > 0) throw new DatasetError(noImage(title, empty, faults));
  await writeTable(files.table, samples.map(rowOf));
  const dataset: Dataset = {
    ...(task !== undefined && { task }),
    name,
    title,
    classes: [...classes],
    ordinal,
    domain,
    images: samples.length,
    groups: new Set(samples.map(({ group }) => group)).size,
    size,
    ...stored,
    ...(task === 'findings' && { findings: countFindings(samples, classes) }),
    source,
    dropped: faults.map(({ file, reason }) => ({ file, reason })),
  };
  await writeDataset(files.dataset, dataset);
  return dataset;
}

function rowOf({ image, label, group, split, facts }: ListedImage, index: number): TableRow {
  return { index, image, label, group, split, ...(facts && { facts }) };
}

/** The reasons why images were left out come with it: one of them is the cause. */
function noImage(title: string, empty: readonly string[], faults: Listing['faults']): string {
  const text = `${title} has no image of the class ${empty.join(', ')}.`;
  if (faults.length === 0) return text;
  return listFaults(
    `${text} ${faults.length} file(s) were left out:`,
    faults.map(({ file, reason }) => `${file}: ${reason}`),
  );
}
