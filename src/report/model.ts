/** The four starting points of the paper's section IV and one more, in words, and how charts tell them apart. */

export interface ModelWords {
  /** `M2` */
  readonly name: string;
  /** `random + SSL` */
  readonly start: string;
  /** Class in the style sheet: one of four colors that stay apart for color-blind readers, in light and in dark. */
  readonly color: string;
  readonly marker: Marker;
}

export const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'cross'] as const;
export type Marker = (typeof MARKERS)[number];

/** M1 trained for as many epochs more as self-supervision had: the same start, so its color, but not its shape. */
export const LONGER = 'M1+';

/** `transfer` names what M3 and M4 start from; it is not called ImageNet unless it is. */
export function modelWords(model: string, transfer: string): ModelWords {
  const starts: Readonly<Record<string, string>> = {
    M1: 'random',
    M2: 'random + SSL',
    M3: transfer,
    M4: `${transfer} + SSL`,
  };
  const place = Object.keys(starts).indexOf(model);
  if (model === LONGER) return { name: model, start: 'random, trained longer', color: 'series-0', marker: 'cross' };
  const look = place < 0 ? model.length % 4 : place;
  return { name: model, start: starts[model] ?? model, color: `series-${look}`, marker: MARKERS[look]! };
}

export function fullName({ name, start }: ModelWords): string {
  return name === start ? name : `${name} (${start})`;
}

/** Pre-training runs look like the model that they lead to. */
export function startWords(start: string, transfer: string): ModelWords {
  return { ...modelWords(start === 'random' ? 'M2' : 'M4', transfer), name: start, start };
}
