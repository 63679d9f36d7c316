/**
 * A drawn skin lesion, independent of its photographs: outline, colors and structures. The kinds follow the rules that
 * dermatologists learn (asymmetry, border, colors, structures), with ranges that overlap: no single sign decides.
 */
import { random, type RandomSource } from '../../../util/random.ts';
import type { Color } from './canvas.ts';
import { at } from '../../../util/known.ts';

/** In label order, with the share of lesions that nature gives them here. */
export const LESION_KINDS = { keratosis: 0.2, melanoma: 0.22, nevus: 0.46, vascular: 0.12 } as const;
export type LesionKind = keyof typeof LESION_KINDS;

export interface Lesion {
  readonly kind: LesionKind;
  readonly skin: Color;
  /** Radius as a share of half the picture. */
  readonly radius: number;
  /** Outline: radius times 1 + the sum of amplitude cos(k angle + phase), k from 2. */
  readonly outline: readonly { readonly amplitude: number; readonly phase: number }[];
  /** Width of the zone in which the lesion fades, as a share of its radius. */
  readonly fade: number;
  readonly ground: Color;
  /** Patches of other colors, in units of the radius. */
  readonly patches: readonly {
    readonly x: number;
    readonly y: number;
    readonly radius: number;
    readonly color: Color;
  }[];
  /** Pigment network: strength, lines per radius, and how much of it is broken away. */
  readonly network: { readonly strength: number; readonly pitch: number; readonly broken: number };
  /** Small round marks: pale cysts, dark plugs or blood lakes. */
  readonly marks: readonly {
    readonly x: number;
    readonly y: number;
    readonly radius: number;
    readonly color: Color;
  }[];
  /** Keys the textures. */
  readonly texture: readonly [string, number, number];
}

const SKINS: readonly Color[] = [
  [0.93, 0.76, 0.68],
  [0.87, 0.67, 0.57],
  [0.8, 0.6, 0.5],
  [0.9, 0.7, 0.66],
];
const TAN: Color = [0.68, 0.47, 0.34];
const BROWN: Color = [0.47, 0.3, 0.21];
const DARK: Color = [0.23, 0.15, 0.13];
const BLUE_GRAY: Color = [0.38, 0.4, 0.48];
const PALE: Color = [0.86, 0.77, 0.7];
const ROSE: Color = [0.74, 0.42, 0.4];
const PURPLE: Color = [0.45, 0.2, 0.27];

/** The lesion with number `number` in the set of `seed`. */
export function sampleLesion(seed: number, number: number): Lesion {
  const source = random('phantom', seed, number);
  const kind = drawKind(source);
  const common = {
    kind,
    skin: jittered(source, at(SKINS, source.integer(SKINS.length)), 0.05),
    radius: between(source, 0.38, 0.68),
    texture: ['phantom texture', seed, number] as const,
  };
  switch (kind) {
    case 'nevus':
      return {
        ...common,
        outline: outline(source, between(source, 0.01, 0.07)),
        fade: between(source, 0.12, 0.4),
        ground: jittered(source, source.uniform() < 0.5 ? TAN : BROWN, 0.07),
        patches: patches(source, source.integer(2), [BROWN, TAN], 0.4),
        network: drawNetwork(source, [0.1, 0.4], [4, 6], [0, 0.35]),
        marks: [],
      };
    case 'melanoma':
      return {
        ...common,
        outline: outline(source, between(source, 0.1, 0.26)),
        fade: between(source, 0.08, 0.35),
        ground: jittered(source, source.uniform() < 0.6 ? BROWN : TAN, 0.07),
        patches: patches(source, 3 + source.integer(3), [DARK, BLUE_GRAY, DARK, ROSE, PALE, BROWN], 0.8),
        network: drawNetwork(source, [0.1, 0.4], [3, 5], [0.3, 0.8]),
        marks: marks(source, source.integer(5), [DARK, BROWN], 0.06),
      };
    case 'keratosis':
      return {
        ...common,
        outline: outline(source, between(source, 0.03, 0.14)),
        fade: between(source, 0.03, 0.14),
        ground: jittered(source, source.uniform() < 0.65 ? TAN : BROWN, 0.08),
        patches: patches(source, source.integer(3), [TAN, BROWN, PALE], 0.6),
        network: drawNetwork(source, [0, 0.12], [2, 4], [0.3, 0.8]),
        marks: marks(source, 8 + source.integer(12), [PALE, DARK, PALE], 0.13),
      };
    case 'vascular':
      return {
        ...common,
        outline: outline(source, between(source, 0.03, 0.15)),
        fade: between(source, 0.08, 0.35),
        ground: jittered(source, source.uniform() < 0.8 ? ROSE : BROWN, 0.08),
        patches: patches(source, source.integer(3), [PURPLE, ROSE], 0.5),
        network: { strength: 0, pitch: 4, broken: 0 },
        marks: marks(source, 4 + source.integer(7), [PURPLE, ROSE, PURPLE], 0.17),
      };
  }
}

type Range = readonly [low: number, high: number];

function drawNetwork(source: RandomSource, strength: Range, pitch: Range, broken: Range): Lesion['network'] {
  return {
    strength: between(source, ...strength),
    pitch: between(source, ...pitch),
    broken: between(source, ...broken),
  };
}

function drawKind(source: RandomSource): LesionKind {
  let left = source.uniform();
  for (const [kind, share] of Object.entries(LESION_KINDS) as [LesionKind, number][])
    if ((left -= share) < 0) return kind;
  return 'nevus';
}

const HARMONICS = 6;

function outline(source: RandomSource, roughness: number): Lesion['outline'] {
  return Array.from({ length: HARMONICS }, (_, k) => ({
    amplitude: (roughness * (0.4 + source.uniform())) / Math.sqrt(k + 1),
    phase: 2 * Math.PI * source.uniform(),
  }));
}

/** The further off the center, the less symmetric the lesion. */
function patches(source: RandomSource, count: number, colors: readonly Color[], reach: number): Lesion['patches'] {
  return Array.from({ length: count }, () => ({
    ...inDisc(source, reach),
    radius: between(source, 0.25, 0.6),
    color: jittered(source, at(colors, source.integer(colors.length)), 0.05),
  }));
}

function marks(source: RandomSource, count: number, colors: readonly Color[], largest: number): Lesion['marks'] {
  return Array.from({ length: count }, () => ({
    ...inDisc(source, 0.85),
    radius: between(source, largest / 2, largest),
    color: jittered(source, at(colors, source.integer(colors.length)), 0.05),
  }));
}

function inDisc(source: RandomSource, reach: number): { x: number; y: number } {
  const distance = reach * Math.sqrt(source.uniform());
  const angle = 2 * Math.PI * source.uniform();
  return { x: distance * Math.cos(angle), y: distance * Math.sin(angle) };
}

function jittered(source: RandomSource, [r, g, b]: Color, by: number): Color {
  const light = between(source, -by, by);
  return [
    r + light + between(source, -by, by) / 2,
    g + light + between(source, -by, by) / 2,
    b + light + between(source, -by, by) / 2,
  ];
}

const between = (source: RandomSource, low: number, high: number): number => low + (high - low) * source.uniform();
