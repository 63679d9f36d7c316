/** The `gray` parameter of ingest: how values of more than eight bits become gray levels. */
import pLimit from 'p-limit';
import { percentile, sampleOf, type GrayScale } from './decode/gray-scale.ts';
import type { OpenedImage } from './decode/open-image.ts';
import { DatasetError } from './error.ts';
import type { ListedImage } from './reader/listing.ts';
import type { Result } from '../../util/result.ts';
import type { Dataset } from '../../formats/dataset.ts';

/** As a pipeline file gives it. */
export type GrayRule =
  | 'file'
  | { readonly window: readonly [center: number, width: number] }
  | { readonly range: readonly [low: number, high: number] | 'dataset' }
  | { readonly percentiles: readonly [low: number, high: number]; readonly per?: 'dataset' | 'picture' };

interface Surveying {
  readonly open: (sample: ListedImage) => Promise<Result<OpenedImage, string>>;
  readonly concurrency: number;
  readonly signal?: AbortSignal;
}

/**
 * The rule with its numbers. Numbers of the whole data set are found by one look at each image. Without a rule: each
 * file's own window if all have one, else the range of the data set's values.
 */
export async function resolveGray(
  rule: GrayRule | undefined,
  samples: readonly ListedImage[],
  surveying: Surveying,
): Promise<GrayScale> {
  if (rule === undefined) return samples.every(hasOwn) ? { rule: 'file' } : automatic(samples, surveying);
  if (rule === 'file') return { rule: 'file' };
  if ('window' in rule) {
    const [center, width] = rule.window;
    if (width < 1) throw new DatasetError(`gray.window: expected a width >= 1, got ${width}.`);
    return { rule: 'window', center, width };
  }
  if ('range' in rule) {
    if (rule.range === 'dataset') return rangeOf(await survey(samples, surveying));
    const [low, high] = ascending('range', rule.range);
    return { rule: 'range', low, high };
  }
  const [low, high] = ascending('percentiles', rule.percentiles);
  if (low < 0 || high > 100) throw new DatasetError(`gray.percentiles: expected 0 to 100, got [${low}, ${high}].`);
  if (rule.per === 'picture') return { rule: 'picture', percentiles: [low, high] };
  const { values } = await survey(samples, surveying);
  return { rule: 'range', low: percentile(values, low), high: percentile(values, high) };
}

/** DICOM headers tell, without a look at the pixels. */
const hasOwn = ({ scale }: ListedImage): boolean => scale === 'own' || scale === 'fixed';

function ascending(name: string, [low, high]: readonly [number, number]): readonly [number, number] {
  if (low < high) return [low, high];
  throw new DatasetError(`gray.${name}: expected two numbers, the smaller first, got [${low}, ${high}].`);
}

async function automatic(samples: readonly ListedImage[], surveying: Surveying): Promise<GrayScale> {
  const found = await survey(samples, surveying);
  return found.lacksWindow ? rangeOf(found) : { rule: 'file' };
}

const rangeOf = ({ low, high }: Survey): GrayScale => ({ rule: 'range', low, high });

interface Survey {
  readonly low: number;
  readonly high: number;
  /** A sample of the values of each picture, sorted. */
  readonly values: Float64Array;
  /** At least one picture that needs a scale has none of its own. */
  readonly lacksWindow: boolean;
}

/** Values that are kept for percentiles: of each picture, and of all. */
const KEPT_EACH = 4096;
const KEPT_ALL = 4_000_000;

/** Pictures that are shown as they are, and files that cannot be read, have no part in it. */
async function survey(samples: readonly ListedImage[], { open, concurrency, signal }: Surveying): Promise<Survey> {
  const each = Math.max(16, Math.min(KEPT_EACH, Math.floor(KEPT_ALL / Math.max(1, samples.length))));
  const kept: Float64Array[] = samples.map(() => new Float64Array(0));
  let [low, high, lacksWindow] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, false];
  await pLimit(concurrency).map(samples, async (sample, i) => {
    signal?.throwIfAborted();
    const opened = await open(sample);
    if (!opened.ok || opened.value.kind === 'bytes' || opened.value.picture.scale.kind === 'fixed') return;
    const { picture } = opened.value;
    const values = sampleOf(picture, Number.POSITIVE_INFINITY);
    for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
    kept[i] = sampleOf(picture, each);
    lacksWindow ||= picture.scale.kind === 'none';
  });
  const values = new Float64Array(kept.reduce((sum, { length }) => sum + length, 0));
  kept.reduce((at, part) => (values.set(part, at), at + part.length), 0);
  return low > high ? { low: 0, high: 1, values, lacksWindow } : { low, high, values: values.sort(), lacksWindow };
}

/** For `dataset.json`. */
export function describeGray(gray: GrayScale): NonNullable<Dataset['gray']> {
  switch (gray.rule) {
    case 'file':
      return { rule: 'file' };
    case 'window':
      return { rule: 'window', numbers: [gray.center, gray.width] };
    case 'range':
      return { rule: 'range', numbers: [gray.low, gray.high] };
    case 'picture':
      return { rule: 'picture', numbers: [...gray.percentiles] };
  }
}
