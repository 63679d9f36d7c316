/** The table that `init study` prints: the images as they were found. */
import { labelTest } from '../../learn/dataset/findings.ts';
import type { Inspection } from '../../learn/dataset/inspect/inspect.ts';
import { count } from '../text/count.ts';

/** Pairs of a subject and its finding. */
export function describeStudy(inspection: Inspection): (readonly [string, string])[] {
  const { reader, listing, domain, files, equalFiles, groups, published, subsets } = inspection;
  const images = listing.samples.length;
  const counts = Object.entries(labelCounts(listing)).map(([label, members]) => `${label} ${members}`);
  const isFindings = listing.task === 'findings';
  return [
    ['images', `${images}, read as ${READ_AS[reader] ?? `the published set ${listing.title}`}`],
    [isFindings ? 'findings' : 'classes', `${listing.classes.length}: ${shorten(counts)}`],
    ['kind', domain],
    ...(files === undefined ? [] : fileLines(files)),
    ['groups', groups === images ? 'none known: each image counts as a group of its own' : `${groups}`],
    [
      'split',
      `${subsets.train} training, ${subsets.validation} validation, ${subsets.test} test: ` +
        (published
          ? "the data's own test set"
          : `drawn by groups, equal shares of each ${isFindings ? 'finding' : 'class'}`),
    ],
    ['copies', equalFiles === 0 ? 'no file equals another' : `${count(equalFiles, 'file')} equal an earlier one`],
    ...leftOut(listing),
  ];
}

/** Images of each class, or with each finding. */
export function labelCounts({ task, classes, samples }: Inspection['listing']): Record<string, number> {
  const isOf = labelTest(task);
  return Object.fromEntries(classes.map((name) => [name, samples.filter(({ label }) => isOf(label, name)).length]));
}

const READ_AS: Readonly<Record<string, string>> = {
  folders: 'a folder for each class',
  csv: 'a table of labels',
  medmnist: 'arrays in one file',
};

function fileLines({ looked, of, smallest, median, largest, bits, gray, color }: NonNullable<Inspection['files']>) {
  const depth = Object.entries(bits).map(([name, number]) => `${name} bits ${number}`);
  const whole = looked === of ? 'of all files' : `of ${looked} files, an even sample`;
  return [
    ['sizes', `${smallest.join('x')} to ${largest.join('x')}, the middle one ${median.join('x')} pixels`],
    ['depth', depth.join(', ')],
    ['color', gray === 0 ? 'all color' : color === 0 ? 'all gray' : `${color} color, ${gray} gray`],
    ['looked at', `names of all files, headers ${whole}; whole files only where lengths are equal`],
  ] as (readonly [string, string])[];
}

function leftOut({ faults, notices = [] }: Inspection['listing']): (readonly [string, string])[] {
  const [first] = faults;
  return [
    ...notices.map((notice) => ['note', notice] as const),
    ...(first === undefined
      ? []
      : [['left out', `${count(faults.length, 'file')}: ${first.file}: ${first.reason}, and so on`] as const]),
  ];
}

function shorten(parts: readonly string[]): string {
  return parts.length <= 12 ? parts.join(', ') : `${parts.slice(0, 12).join(', ')} and ${parts.length - 12} more`;
}
