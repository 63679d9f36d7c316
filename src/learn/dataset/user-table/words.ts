/** Words that people write in the cells of tables, and in names of folders. */
import type { PublishedSplit } from '../table.ts';

const MISSING = new Set(['', 'nan', 'na', 'n/a', '#n/a', 'null', '<na>']);
/** These may be the name of a class, but not of a patient. */
const UNKNOWN = new Set(['none', 'unknown', '?', '-']);

/** Blank, `nan`, `NA` and the like: spreadsheets and pandas write them for a value that is not known. */
export const isMissing = (cell: string): boolean => MISSING.has(cell.trim().toLowerCase());

/** As `isMissing`, and the words that people write for a patient whom they do not know. */
export const isUnknownGroup = (cell: string): boolean => isMissing(cell) || UNKNOWN.has(cell.trim().toLowerCase());

const SUBSETS: Readonly<Record<string, PublishedSplit>> = {
  train: 'train',
  training: 'train',
  trainset: 'train',
  tr: 'train',
  val: 'validation',
  valid: 'validation',
  validate: 'validation',
  validation: 'validation',
  dev: 'validation',
  development: 'validation',
  tune: 'validation',
  tuning: 'validation',
  test: 'test',
  testing: 'test',
  testset: 'test',
  ts: 'test',
  holdout: 'test',
};

/** The subset that a word names (`Training`, `val_set`, `hold-out`), or undefined. */
export function subsetOfWord(word: string): PublishedSplit | undefined {
  const plain = word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, '');
  return SUBSETS[plain] ?? SUBSETS[plain.replace(/(set|data|images|folder|split)$/, '')];
}

/** `fold_0`, `Fold-3`, `cv2`, `split1`: one part of a cross-validation. */
export const isFold = (folder: string): boolean => /^(k?fold|cv|cvfold|split)[\s_-]*\d+$/i.test(folder.trim());

/**
 * One spelling for labels that mean the same: `True` and `TRUE`, `1` and `1.0`, decomposed and composed letters.
 * Other labels stay as they are, without white space around them.
 */
export function normalizeLabel(cell: string): string {
  const label = cell.trim().normalize('NFC');
  if (/^(true|false)$/i.test(label)) return label.toLowerCase();
  if (/^[+-]?\d+\.0+$/.test(label)) return label.replace(/\.0+$/, '');
  return label;
}

/** Labels that differ by case or white space only, the first pair of them: one of both is a slip. */
export function nearlyEqualLabels(labels: readonly string[]): readonly [string, string] | undefined {
  const seen = new Map<string, string>();
  for (const label of labels) {
    const plain = label.toLowerCase().replaceAll(/[\s_-]+/g, ' ');
    const other = seen.get(plain);
    if (other !== undefined && other !== label) return [other, label];
    seen.set(plain, label);
  }
  return undefined;
}
