/**
 * The fill of each stage's bars: four colors that color-blind readers can distinguish, then the same colors with a
 * texture.
 */
import type { JSX } from 'preact';
import { SERIES } from '../style.ts';

export interface Look {
  readonly series: number;
  /** Id of a pattern; the first stages have none. */
  readonly texture: string | undefined;
}

const TEXTURES = ['stripes', 'dots', 'rails'] as const;

/** Names in the order of their first appearance; after sixteen, fills repeat and only the labels differ. */
export function looksOf(names: readonly string[]): ReadonlyMap<string, Look> {
  const looks = new Map<string, Look>();
  for (const name of names) {
    if (looks.has(name)) continue;
    const round = Math.floor(looks.size / SERIES.length) % (TEXTURES.length + 1);
    looks.set(name, { series: looks.size % SERIES.length, texture: round === 0 ? undefined : TEXTURES[round - 1] });
  }
  return looks;
}

export function Textures(): JSX.Element {
  return (
    <defs>
      <pattern id="stripes" width={8} height={8} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={3} height={8} fill="#fff" fill-opacity={0.5} />
      </pattern>
      <pattern id="dots" width={7} height={7} patternUnits="userSpaceOnUse">
        <circle cx={3.5} cy={3.5} r={1.6} fill="#fff" fill-opacity={0.65} />
      </pattern>
      <pattern id="rails" width={6} height={5.5} patternUnits="userSpaceOnUse">
        <rect width={6} height={1.8} fill="#fff" fill-opacity={0.5} />
      </pattern>
    </defs>
  );
}
