/**
 * Text on a shade of blue laid over the page: black or white, whichever stands out more, in each of the two themes.
 * Contrast as WCAG 2 defines it; one of the two always reaches 4.5.
 */
import { at } from '../../util/known.ts';

export const SHADE = '#0072b2';
export const PAGE = { light: '#ffffff', dark: '#14171c' } as const;

type Rgb = readonly [number, number, number];

/** Classes of the style sheet: `l-black` or `l-white` for the light theme, `d-black` or `d-white` for the dark one. */
export function shadeText(opacity: number): string {
  return `l-${textOn(opacity, PAGE.light)} d-${textOn(opacity, PAGE.dark)}`;
}

export function textOn(opacity: number, page: string): 'black' | 'white' {
  const background = luminance(blend(rgb(SHADE), rgb(page), opacity));
  return (background + 0.05) / 0.05 >= 1.05 / (background + 0.05) ? 'black' : 'white';
}

/** WCAG 2 contrast ratio of two colors such as `#0072b2`. */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(rgb(a)), luminance(rgb(b))].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** `over` laid on `under`, as `#rrggbb`. */
export function blended(over: string, under: string, opacity: number): string {
  return `#${blend(rgb(over), rgb(under), opacity)
    .map((channel) => Math.round(channel).toString(16).padStart(2, '0'))
    .join('')}`;
}

function rgb(color: string): Rgb {
  return [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16)) as unknown as Rgb;
}

function blend(over: Rgb, under: Rgb, opacity: number): Rgb {
  return over.map((channel, i) => opacity * channel + (1 - opacity) * at(under, i)) as unknown as Rgb;
}

function luminance(color: Rgb): number {
  const [r, g, b] = color.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
