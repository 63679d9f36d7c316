/** The classes of a data set, and what each of its mask files says about them. */
import { DatasetError, listFaults } from '../error.ts';
import { at, entry } from '../../../util/known.ts';
import { findCoding, isSmoothed, listed, type FileCodes, type MaskClasses, type MaskCoding } from './coding.ts';
import type { MaskFile } from './listing.ts';

export interface MaskMeaning {
  /** Names of the classes, without the background. */
  readonly classes: readonly string[];
  /** The class of a number of a file, 0 for background. */
  readonly classOf: (mask: MaskFile, code: number) => number;
  /** Findings that the owner of the data should know. */
  readonly notices: readonly string[];
}

/**
 * Files of one class are binary, whatever their numbers; others hold the classes as numbers or colors. `named` gives
 * names, numbers or colors, and the order of classes. Throws DatasetError where it stays open.
 */
export function meaningOf(files: ReadonlyMap<MaskFile, FileCodes>, named: MaskClasses | undefined): MaskMeaning {
  const notices = smoothed([...files.values()]);
  const own = [...new Set([...files.keys()].flatMap(({ className }) => className ?? []))];
  if (own.length === 0) {
    const coding = codingOf([...files.values()], named);
    refuseUnnamed([...files.values()], coding);
    return { classes: coding.classes, classOf: (_, code) => coding.classOf(code) ?? 0, notices };
  }
  refuseClassless([...files.keys()]);
  const classes = orderOf(own, named);
  const codings = new Map(own.map((name) => [name, codingOf(filesOf(files, name), [name])] as const));
  const codingOfFile = ({ className }: MaskFile): MaskCoding => entry(codings, className ?? '');
  return {
    classes,
    classOf: (mask, code) => (codingOfFile(mask).classOf(code) === 0 ? 0 : classes.indexOf(mask.className ?? '') + 1),
    notices,
  };
}

const filesOf = (files: ReadonlyMap<MaskFile, FileCodes>, name: string): FileCodes[] =>
  [...files].flatMap(([mask, codes]) => (mask.className === name ? [codes] : []));

function codingOf(files: readonly FileCodes[], named: MaskClasses | undefined): MaskCoding {
  const coding = findCoding(files, named);
  if (coding.ok) return coding.value;
  throw new DatasetError(`${at(files, 0).file} and ${files.length - 1} other mask(s): ${coding.error}.`);
}

/** The later class lies over the earlier one where both are drawn. */
function orderOf(own: readonly string[], named: MaskClasses | undefined): readonly string[] {
  if (named === undefined) return [...own].sort();
  const wanted = Array.isArray(named) ? (named as readonly string[]) : Object.keys(named);
  if (own.every((name) => wanted.includes(name)) && wanted.length === own.length) return wanted;
  throw new DatasetError(`classes names ${wanted.join(', ')}; the folders of masks are ${[...own].sort().join(', ')}.`);
}

function refuseUnnamed(files: readonly FileCodes[], { classOf }: MaskCoding): void {
  const faults = files.flatMap(({ file, kind, counts }) => {
    const unknown = [...counts.keys()].filter((code) => classOf(code) === undefined);
    return unknown.length === 0 ? [] : [`${file}: ${listed(unknown, new Set([kind]))}`];
  });
  if (faults.length > 0) throw new DatasetError(listFaults('classes does not name all that the masks hold:', faults));
}

/** Beside files that draw one class each, a file without a class says nothing. */
function refuseClassless(files: readonly MaskFile[]): void {
  const without = files.flatMap(({ name, className }) => (className === null ? [name] : []));
  if (without.length === 0) return;
  const example = files.find(({ className }) => className !== null);
  throw new DatasetError(
    listFaults(
      `${without.length} mask(s) name no class, but ${String(example?.name)} is of the class ${String(example?.className)}. ` +
        'A class has a folder below the masks or a word behind the name for all of its masks, or for none:',
      without,
    ),
  );
}

function smoothed(files: readonly FileCodes[]): string[] {
  const found = files.filter(isSmoothed);
  if (found.length === 0) return [];
  return [
    `${found.length} mask(s) hold gray values between black and white, ${at(found, 0).file} for one: they were saved as ` +
      'JPEG or with soft edges. Values above 127 count as foreground.',
  ];
}
