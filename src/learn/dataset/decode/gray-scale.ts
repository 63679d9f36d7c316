/** The rule by which values of more than eight bits become gray levels. */
import { linearWindow } from '../dicom/voi.ts';
import type { Display, Picture } from './picture.ts';

/** A rule with its numbers. */
export type GrayScale =
  /** The window or table of each file. */
  | { readonly rule: 'file' }
  | { readonly rule: 'window'; readonly center: number; readonly width: number }
  | { readonly rule: 'range'; readonly low: number; readonly high: number }
  /** These percentiles of each picture. */
  | { readonly rule: 'picture'; readonly percentiles: readonly [number, number] };

/** The display of a picture under a rule; undefined where the rule asks for a window that the file has not. */
export function displayOf(picture: Picture, gray: GrayScale): Display | undefined {
  if (picture.scale.kind === 'fixed') return picture.scale.display;
  switch (gray.rule) {
    case 'file':
      return picture.scale.kind === 'own' ? picture.scale.display : undefined;
    case 'window':
      return linearWindow(gray.center, gray.width);
    case 'range':
      return rangeDisplay(gray.low, gray.high);
    case 'picture': {
      const values = sampleOf(picture, Number.POSITIVE_INFINITY).sort();
      return rangeDisplay(percentile(values, gray.percentiles[0]), percentile(values, gray.percentiles[1]));
    }
  }
}

/** Values outside become black and white. A range without extent is black. */
function rangeDisplay(low: number, high: number): Display {
  const extent = high - low;
  return extent > 0 ? (value) => Math.min(1, Math.max(0, (value - low) / extent)) : () => 0;
}

/** Values of a picture at even distances, padding left out; `most` at most. */
export function sampleOf({ values, padding, channels }: Picture, most: number): Float64Array {
  const kept = padding ? values.filter((_, i) => padding[Math.floor(i / channels)] !== 1) : values;
  if (kept.length <= most) return Float64Array.from(kept);
  return Float64Array.from({ length: most }, (_, i) => kept[Math.floor((i * kept.length) / most)] ?? 0);
}

/** Linear between neighbors, as NumPy's default. `sorted` must not be empty; an empty one gives 0. */
export function percentile(sorted: Float64Array, percent: number): number {
  const place = ((sorted.length - 1) * percent) / 100;
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
}
