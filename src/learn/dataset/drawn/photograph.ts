/** One picture of a drawn lesion: viewpoint, light and hairs. */
import { random, type RandomSource } from '../../../util/random.ts';
import { blankCanvas, dab, canvasBytes, mixColors, paint, type Canvas, type Color } from './canvas.ts';
import type { Lesion } from './lesion.ts';
import { fractalNoise, smoothStep, valueNoise, type NoiseField } from './noise.ts';

/** RGB bytes `[size, size, 3]`. The same number of the same lesion is the same picture. */
export function renderLesion(lesion: Lesion, picture: number, size: number): Uint8Array {
  const source = random('phantom picture', ...lesion.texture, picture);
  const place = drawPlacement(source);
  const light = drawLight(source);
  const colorOf = lesionColors(lesion);
  const pores = fractalNoise(source);
  const canvas = blankCanvas(size);
  paint(canvas, (x, y) => {
    const skin = shaded(lesion.skin, 1 + 0.06 * pores(5 * x, 5 * y));
    return colorOf(skin, ...place(x, y));
  });
  drawHairs(canvas, source);
  paintLight(canvas, light, source);
  return canvasBytes(canvas);
}

/**
 * The mask of the same picture, `[size, size]`: 1 where the center of a pixel lies within the lesion's outline, which
 * is the middle of the zone in which it fades.
 */
export function lesionMask(lesion: Lesion, picture: number, size: number): Uint8Array {
  const place = drawPlacement(random('phantom picture', ...lesion.texture, picture));
  const center = (pixel: number) => (2 * pixel + 1) / size - 1;
  return Uint8Array.from({ length: size * size }, (_, pixel) => {
    const [x, y] = place(center(pixel % size), center(Math.floor(pixel / size)));
    return outsideOf(lesion, x, y) < 0 ? 1 : 0;
  });
}

/** From the picture's plane to the lesion's, in units of its radius. */
type Placement = (x: number, y: number) => [number, number];

function drawPlacement(source: RandomSource): Placement {
  const angle = 2 * Math.PI * source.uniform();
  const zoom = between(source, 0.75, 1.3);
  const stretch = between(source, 0.85, 1.18);
  const [dx, dy] = [between(source, -0.25, 0.25), between(source, -0.25, 0.25)];
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const [u, v] = [(x - dx) / (zoom * stretch), ((y - dy) * stretch) / zoom];
    return [cos * u - sin * v, sin * u + cos * v];
  };
}

/** The color at a point of the lesion's plane, over the skin there. */
function lesionColors(lesion: Lesion): (skin: Color, x: number, y: number) => Color {
  const source = random(...lesion.texture, 'surface');
  const mottle = fractalNoise(source);
  const warp = valueNoise(source);
  const gaps = valueNoise(source);
  return (skin, px, py) => {
    const [x, y] = [px / lesion.radius, py / lesion.radius];
    const outside = outsideOf(lesion, px, py);
    if (outside > lesion.fade) return skin;
    let color = shaded(lesion.ground, 1 + 0.18 * mottle(2.5 * x, 2.5 * y));
    for (const patch of lesion.patches) {
      const distance = Math.hypot(x - patch.x, y - patch.y) / patch.radius + 0.25 * warp(4 * x, 4 * y);
      color = mixColors(color, patch.color, 0.85 * (1 - smoothStep(0.6, 1.1, distance)));
    }
    color = shaded(color, 1 - networkAt(lesion, x, y, warp, gaps));
    for (const mark of lesion.marks)
      color = mixColors(
        color,
        mark.color,
        0.9 * (1 - smoothStep(0.7, 1.15, Math.hypot(x - mark.x, y - mark.y) / mark.radius)),
      );
    return mixColors(color, skin, smoothStep(-lesion.fade, lesion.fade, outside));
  };
}

/** How far beyond the outline a point of the lesion's plane is, as a share of the radius there; negative within. */
function outsideOf(lesion: Lesion, px: number, py: number): number {
  const [x, y] = [px / lesion.radius, py / lesion.radius];
  return Math.hypot(x, y) / outlineAt(lesion, Math.atan2(y, x)) - 1;
}

function outlineAt({ outline }: Lesion, angle: number): number {
  return outline.reduce((radius, { amplitude, phase }, k) => radius + amplitude * Math.cos((k + 2) * angle + phase), 1);
}

/** Darkening by a grid of warped lines, with gaps. */
function networkAt({ network }: Lesion, x: number, y: number, warp: NoiseField, gaps: NoiseField): number {
  if (network.strength === 0) return 0;
  const bend = 0.25 * warp(3 * x + 9, 3 * y - 5);
  const lines = (t: number) => 1 - smoothStep(0.15, 0.45, Math.abs(t - Math.round(t)));
  const grid = Math.max(lines(network.pitch * (x + bend) * 0.8), lines(network.pitch * (y - bend) * 0.8));
  return (
    network.strength * grid * smoothStep(network.broken - 0.3, network.broken + 0.1, (gaps(1.5 * x, 1.5 * y) + 1) / 2)
  );
}

function drawHairs(canvas: Canvas, source: RandomSource): void {
  const count = source.uniform() < 0.45 ? 0 : 1 + source.integer(7);
  const dark = source.uniform() < 0.75;
  for (let hair = 0; hair < count; hair++) {
    const color: Color = dark ? [0.16, 0.11, 0.09] : [0.72, 0.58, 0.42];
    const width = between(source, 0.012, 0.03);
    let [x, y] = [between(source, -1, 1), between(source, -1, 1)];
    let angle = 2 * Math.PI * source.uniform();
    const bend = between(source, -0.05, 0.05);
    for (let length = between(source, 20, 70); length > 0; length--) {
      dab(canvas, [x, y], width, color, 0.5);
      x += 0.025 * Math.cos(angle);
      y += 0.025 * Math.sin(angle);
      angle += bend;
    }
  }
}

interface Light {
  readonly tint: Color;
  readonly gradient: readonly [number, number];
  /** Radius at which the dermoscope's tube begins to darken the picture. */
  readonly tube: number;
  readonly noise: number;
}

function drawLight(source: RandomSource): Light {
  const gain = between(source, 0.75, 1.15);
  return {
    tint: [gain * between(source, 0.93, 1.07), gain * between(source, 0.93, 1.07), gain * between(source, 0.9, 1.1)],
    gradient: [between(source, -0.12, 0.12), between(source, -0.12, 0.12)],
    tube: source.uniform() < 0.3 ? between(source, 0.95, 1.2) : 2,
    noise: between(source, 0.01, 0.03),
  };
}

function paintLight({ side, values }: Canvas, { tint, gradient, tube, noise }: Light, source: RandomSource): void {
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, y] = [(2 * column + 1) / side - 1, (2 * row + 1) / side - 1];
      const light =
        (1 + gradient[0] * x + gradient[1] * y) *
        (1 - 0.12 * (x * x + y * y)) *
        (1 - 0.97 * smoothStep(tube, tube + 0.12, Math.hypot(x, y)));
      const grain = noise * (source.uniform() + source.uniform() - 1) * 2;
      for (let c = 0; c < 3; c++) {
        const at = 3 * (row * side + column) + c;
        values[at] = (values[at] ?? 0) * light * (tint[c] ?? 0) + grain;
      }
    }
  }
}

const shaded = ([r, g, b]: Color, by: number): Color => [r * by, g * by, b * by];
const between = (source: RandomSource, low: number, high: number): number => low + (high - low) * source.uniform();
