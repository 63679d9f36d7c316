/** Two versions of a folder, compared: files that came, went, changed or moved, and rows of tables. */
import { extname } from 'node:path';
import { byCodeUnit } from '../../util/canonical-json.ts';
import { treeDifferences, type TreeEntry } from '../store/tree.ts';
import { compareTables, isTable, type TableDifference } from './table-differences.ts';

export type FileClass = 'image' | 'table' | 'file';

export interface VersionDifference {
  readonly came: readonly string[];
  readonly went: readonly string[];
  /** Other content, or other permission to execute. */
  readonly changed: readonly string[];
  readonly moved: readonly { readonly from: string; readonly to: string }[];
  /** Tables that both versions have, by name; undefined: the content of one version is not here. */
  readonly tables: readonly { readonly name: string; readonly difference: TableDifference | undefined }[];
}

/** Reads the text of an entry; undefined if it is not here. */
export type ReadEntry = (entry: TreeEntry) => string | undefined;

export interface ComparedVersion {
  readonly entries: readonly TreeEntry[];
  readonly read: ReadEntry;
}

/** @param fileName name of a single file, whose entry has none */
export function compareVersions(
  unnamedBefore: ComparedVersion,
  unnamedAfter: ComparedVersion,
  fileName: string,
): VersionDifference {
  const [before, after] = [withName(unnamedBefore, fileName), withName(unnamedAfter, fileName)];
  const differences = treeDifferences(before.entries, after.entries);
  const [old, now] = [byName(before.entries), byName(after.entries)];
  const came = differences.filter((each) => each.before === undefined).map(({ name }) => name);
  const went = differences.filter((each) => each.after === undefined).map(({ name }) => name);
  const changed = differences.flatMap(({ name }) => (old.has(name) && now.has(name) ? [name] : []));
  const moved = movedFiles(came, went, old, now);
  const [movedTo, movedFrom] = [new Set(moved.map(({ to }) => to)), new Set(moved.map(({ from }) => from))];
  return {
    came: came.filter((name) => !movedTo.has(name)),
    went: went.filter((name) => !movedFrom.has(name)),
    changed,
    moved,
    tables: changed.filter(isTable).map((name) => {
      const [a, b] = [textOf(before, old.get(name)), textOf(after, now.get(name))];
      return { name, difference: a === undefined || b === undefined ? undefined : compareTables(name, a, b) };
    }),
  };
}

function withName({ entries, read }: ComparedVersion, fileName: string): ComparedVersion {
  return {
    entries: entries.map((entry) => (entry.name === '' ? { ...entry, name: fileName } : entry)),
    read: (entry) => read(entries[0]?.name === '' ? { ...entry, name: '' } : entry),
  };
}

export function isSameVersion({ came, went, changed, moved }: VersionDifference): boolean {
  return came.length + went.length + changed.length + moved.length === 0;
}

const byName = (entries: readonly TreeEntry[]): ReadonlyMap<string, TreeEntry> =>
  new Map(entries.map((entry) => [entry.name, entry]));

const textOf = ({ read }: ComparedVersion, entry: TreeEntry | undefined): string | undefined =>
  entry && entry.bytes <= LARGEST_TABLE ? read(entry) : undefined;

/** A larger table is not read: it is told as a changed file. */
const LARGEST_TABLE = 256 * 1024 * 1024;

/** The same content under another name. Of equal files, each is used once. */
function movedFiles(
  came: readonly string[],
  went: readonly string[],
  old: ReadonlyMap<string, TreeEntry>,
  now: ReadonlyMap<string, TreeEntry>,
): { from: string; to: string }[] {
  const sources = new Map<string, string[]>();
  for (const name of went) {
    const { digest = '' } = old.get(name) ?? {};
    if (digest !== '') sources.set(digest, [...(sources.get(digest) ?? []), name]);
  }
  return came.flatMap((to) => {
    const from = sources.get(now.get(to)?.digest ?? '')?.shift();
    return from === undefined ? [] : [{ from, to }];
  });
}

const IMAGES: ReadonlySet<string> = new Set(
  '.png .jpg .jpeg .tif .tiff .bmp .gif .webp .avif .dcm .nii .mha .nrrd .svs .ndpi'.split(' '),
);

export function classOf(name: string): FileClass {
  const lower = name.toLowerCase();
  if (IMAGES.has(extname(lower)) || lower.endsWith('.nii.gz')) return 'image';
  return isTable(name) ? 'table' : 'file';
}

/** Numbers of changed images, labels and other files, for one sentence. */
export interface ChangeCounts {
  readonly images: number;
  /** Rows of tables; a table that cannot be compared counts as a file. */
  readonly labels: number;
  readonly files: number;
}

export function changeCounts({ came, went, changed, moved, tables }: VersionDifference): ChangeCounts {
  const compared = new Map(tables.flatMap(({ name, difference }) => (difference ? [[name, difference] as const] : [])));
  const names = [...came, ...went, ...changed, ...moved.map(({ to }) => to)].filter((name) => !compared.has(name));
  const images = names.filter((name) => classOf(name) === 'image').length;
  const labels = [...compared.values()].reduce((sum, difference) => sum + changedRows(difference), 0);
  const unread = [...compared.values()].filter((difference) => changedRows(difference) === 0).length;
  return { images, labels, files: names.length - images + unread };
}

const changedRows = ({ came, went, cells }: TableDifference): number =>
  came.length + went.length + new Set(cells.map(({ row }) => row)).size;

/** `90 in images, 14 in masks/`: numbers by folder, the largest first. */
export function countsByFolder(names: readonly string[]): { readonly folder: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    const folder = name.includes('/') ? name.slice(0, name.lastIndexOf('/') + 1) : './';
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .map(([folder, count]) => ({ folder, count }))
    .sort((a, b) => b.count - a.count || byCodeUnit(a.folder, b.folder));
}
