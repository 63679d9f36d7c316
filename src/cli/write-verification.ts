/** Prints the findings of `verify` and, with `--repair`, of the repair, for people or as JSON. */
import type { FoundResults } from '../runner/maintenance/find-results.ts';
import type { BlobReference } from '../runner/maintenance/references.ts';
import type { DamagedBlob, Verification } from '../runner/maintenance/verify.ts';
import type { InstanceId } from '../formats/identity.ts';
import type { Stream } from './terminal.ts';
import { bytes } from './text/bytes.ts';
import { count } from './text/count.ts';
import { table } from './text/table.ts';
import { at } from '../util/known.ts';

export interface VerificationFindings extends FoundResults {
  readonly verification: Verification;
}

export interface Repair {
  /** The instances that were run to make damaged results again. */
  readonly made: readonly InstanceId[];
  /** Damaged results of earlier parameters, code or data: their records went to quarantine. */
  readonly lost: readonly InstanceId[];
  readonly after: VerificationFindings;
}

export function writeFindings(found: VerificationFindings, results: Stream): void {
  writeLines(findingLines(found, results), results);
}

export function writeRepair({ made, lost, after }: Repair, results: Stream): void {
  const lines = [
    '',
    ...(made.length > 0 ? [`Made again: ${shortened(made)}.`] : []),
    ...(lost.length > 0
      ? [`Cannot be made again from the pipeline as it is now: ${shortened(lost)}. The records went to quarantine.`]
      : []),
    ...findingLines(after, results),
  ];
  writeLines(lines, results);
}

function writeLines(lines: readonly string[], stream: Stream): void {
  stream.write(lines.map((line) => `${line}\n`).join(''));
}

function findingLines(found: VerificationFindings, stream: Stream): string[] {
  const { damages } = found.verification;
  return [...(damages.length > 0 ? [...damageTable(damages, stream), ''] : []), ...summary(found, stream)];
}

function damageTable(damages: readonly DamagedBlob[], stream: Stream): string[] {
  const layout = [
    { title: 'found' },
    { title: 'made by' },
    { title: 'file', fold: true },
    { title: 'digest' },
    { title: 'read by', fold: true },
  ];
  const rows = damages.map(({ state, references, readers, digest }) => [
    { text: state === 'absent' ? 'missing' : 'damaged', style: stream.colors.red },
    { text: shortened([...new Set(references.map(({ instance }) => instance))]) },
    { text: partText(at(references, 0).part) },
    { text: digest.slice(0, 12) },
    { text: shortened(readers) },
  ]);
  return table(layout, rows, stream.columns(), stream.colors.dim);
}

function partText(part: BlobReference['part']): string {
  switch (part.kind) {
    case 'output':
      return part.file;
    case 'code':
      return '(its code)';
    case 'series':
      return '(the series of its metrics)';
    case 'listing':
      return `(the names in input ${part.input})`;
  }
}

const MOST_NAMES = 3;

const shortened = (ids: readonly InstanceId[]): string =>
  ids.length <= MOST_NAMES
    ? ids.join(', ')
    : `${ids.slice(0, MOST_NAMES - 1).join(', ')} and ${ids.length - MOST_NAMES + 1} more`;

function summary({ verification, unreadable, elsewhere }: VerificationFindings, { colors }: Stream): string[] {
  const { results, blobs, bytes: size, damages } = verification;
  const missing = damages.filter(({ state }) => state === 'absent').length;
  const faults = [
    ...(damages.length > missing ? [`${count(damages.length - missing, 'file')} damaged`] : []),
    ...(missing > 0 ? [`${count(missing, 'file')} missing`] : []),
    ...(unreadable.length > 0 ? [`${count(unreadable.length, 'record')} unreadable`] : []),
  ];
  return [
    `Checked ${count(blobs, 'file')} (${bytes(size)}) of ${count(results, 'result')}: ${faults.length === 0 ? colors.green('all as they were made') : colors.red(faults.join(', '))}.`,
    ...(elsewhere.length > 0
      ? [
          `${count(elsewhere.length, 'result')} that the lockfile names ${elsewhere.length === 1 ? 'is' : 'are'} not in this store: ${shortened(elsewhere)}.`,
        ]
      : []),
  ];
}

export function verificationDocument(found: VerificationFindings, repair: Repair | undefined): object {
  return {
    ...findingsDocument(found),
    ...(repair && { repair: { made: repair.made, lost: repair.lost, after: findingsDocument(repair.after) } }),
  };
}

function findingsDocument({
  verification: { results, blobs, bytes: size, damages },
  unreadable,
  elsewhere,
}: VerificationFindings): object {
  return { results, blobs, bytes: size, damages, unreadable, elsewhere };
}
