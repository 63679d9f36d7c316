/** What the numbers in a data set's masks mean: one rule for all files, found by looking at all of them. */
import { err, ok, type Result } from '../../../util/result.ts';
import type { MaskCodes } from './read-codes.ts';

/**
 * As a pipeline file gives them: names of numbered classes, class 1 first; or the gray value or color of each class.
 */
export type MaskClasses = readonly string[] | Readonly<Record<string, number | string>>;

/** The numbers that occur in one file, with their pixels. */
export interface FileCodes extends Pick<MaskCodes, 'kind' | 'lossy'> {
  /** For messages. */
  readonly file: string;
  readonly counts: ReadonlyMap<number, number>;
}

export interface MaskCoding {
  /** Names of the classes without the background. */
  readonly classes: readonly string[];
  /** The class of a number, 0 for background; undefined where it has none. */
  readonly classOf: (code: number) => number | undefined;
}

/** Gray values of files that were compressed with loss, or smoothed at the edges, lie within this of 0 and 255. */
const NEAR = 64;
/** The share of pixels that must. */
const CLEAR = 0.95;
/** More different values are no class numbers. */
const MOST_CLASSES = 32;
const BLACK = 0;
const WHITE = 255;

/** The error says what was found, and how to name the classes. */
export function findCoding(files: readonly FileCodes[], classes: MaskClasses | undefined): Result<MaskCoding, string> {
  if (classes !== undefined && !Array.isArray(classes)) return namedCoding(classes as Record<string, number | string>);
  const names = classes as readonly string[] | undefined;
  const clean = files.filter((file) => !isSmoothed(file));
  const kinds = new Set(clean.map(({ kind }) => kind));
  const found = new Set(clean.flatMap(({ counts }) => [...counts.keys()]));
  const above = [...found].filter((code) => code !== BLACK).sort((a, b) => a - b);
  if (clean.length < files.length) {
    if (above.every((code) => code === WHITE)) return binary(names, WHITE >> 1);
    return err(`some masks hold gray values between 0 and 255, others ${listed(above, kinds)}. ${SAY}`);
  }
  if (above.length <= 1 || isTwoValued(clean, above)) return binary(names, BLACK);
  const isNumbered = !kinds.has('color') && above.length < MOST_CLASSES && above.at(-1) === above.length;
  if (!isNumbered) return err(`the masks hold ${listed([...found], kinds)}. ${SAY}`);
  if (names !== undefined && names.length !== above.length)
    return err(`the masks hold the classes 1 to ${above.length}; classes names ${names.length}: ${names.join(', ')}`);
  return ok({
    classes: names ?? above.map((code) => `class ${code}`),
    classOf: (code) => (code <= above.length ? code : undefined),
  });
}

const SAY = 'Say what they mean, such as "classes": { "lesion": 255 }, or a color: { "lesion": "#ff0000" }';

/** Values between 0 and 255 with most pixels near either. */
export function isSmoothed({ kind, lossy, counts }: FileCodes): boolean {
  if (kind !== 'gray' || (!lossy && counts.size <= MOST_CLASSES)) return false;
  let [near, all] = [0, 0];
  for (const [code, pixels] of counts) {
    all += pixels;
    if (code <= NEAR || (code >= WHITE - NEAR && code <= WHITE)) near += pixels;
  }
  return near >= CLEAR * all;
}

/** Each file has one value above 0; some write it as 1, others as 255. */
function isTwoValued(files: readonly FileCodes[], above: readonly number[]): boolean {
  if (!above.every((code) => code === 1 || code === WHITE)) return false;
  return files.every(({ counts }) => [...counts.keys()].filter((code) => code !== BLACK).length <= 1);
}

/** Numbers up to `darkest` are background. */
function binary(names: readonly string[] | undefined, darkest: number): Result<MaskCoding, string> {
  if (names !== undefined && names.length !== 1)
    return err(`the masks have a background and one class; classes names ${names.length}: ${names.join(', ')}`);
  return ok({ classes: names ?? ['foreground'], classOf: (code) => (code > darkest ? 1 : 0) });
}

/** A class called `background` is none; a number that is not named is a fault, but black is background. */
function namedCoding(values: Readonly<Record<string, number | string>>): Result<MaskCoding, string> {
  const classes = Object.keys(values).filter((name) => name !== 'background');
  const byCode = new Map<number, number>([[BLACK, 0]]);
  for (const [name, value] of Object.entries(values)) {
    const code = typeof value === 'number' ? value : colorCode(value);
    if (code === undefined)
      return err(`classes.${name}: expected a number or a color such as "#ff0000", got "${value}"`);
    byCode.set(code, classes.indexOf(name) + 1);
    // A gray color is found as a gray value.
    const gray = code & 0xff;
    if (typeof value !== 'number' && code === gray * 0x010101) byCode.set(gray, classes.indexOf(name) + 1);
  }
  if (classes.length === 0) return err('classes names no class beside the background');
  return ok({ classes, classOf: (code) => byCode.get(code) });
}

function colorCode(text: string): number | undefined {
  return /^#[0-9a-f]{6}$/i.test(text) ? Number.parseInt(text.slice(1), 16) : undefined;
}

/** `the values 0, 76, 149`, the first ones; colors as a pipeline file names them. */
export function listed(codes: readonly number[], kinds: ReadonlySet<MaskCodes['kind']>): string {
  const isColor = kinds.has('color');
  const shown = codes
    .slice(0, 8)
    .map((code) => (isColor ? `#${code.toString(16).padStart(6, '0')}` : String(code)))
    .join(', ');
  const more = codes.length > 8 ? ` and ${codes.length - 8} more` : '';
  return `the ${isColor ? 'colors' : 'values'} ${shown}${more}`;
}
