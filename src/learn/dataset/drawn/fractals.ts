/**
 * Images made by formulas, to train a transfer start without photographs. A class is an iterated function system: a few
 * affine maps whose attractor is the shape. After Kataoka et al. 2020 (FractalDB) and Anderson and Farrell 2022 (maps
 * drawn by singular values, color and background). Not ImageNet, and no substitute that claims its quality.
 */
import { at } from '../../../util/known.ts';
import { random, type RandomSource } from '../../../util/random.ts';
import { blankCanvas, canvasBytes, mixColors, paint, type Canvas, type Color } from './canvas.ts';
import type { SyntheticDataset } from './write-synthetic-dataset.ts';
import { fractalNoise } from './noise.ts';

/** x' = a x + b y + e; y' = c x + d y + f. */
interface AffineMap {
  readonly matrix: readonly [a: number, b: number, c: number, d: number];
  readonly offset: readonly [e: number, f: number];
}

interface FractalOptions {
  readonly images: number;
  readonly size: number;
  readonly seed: number;
  readonly classes: number;
}

/** Equal numbers of each class; every image is a group of its own. */
export function fractalDataset({ images, size, seed, classes }: FractalOptions): SyntheticDataset {
  const systems = Array.from({ length: classes }, (_, number) => drawSystem(seed, number));
  const names = systems.map((_, number) => `formula${String(number + 1).padStart(String(classes).length, '0')}`);
  const samples = Array.from({ length: images }, (_, row) => {
    const label = at(names, row % classes);
    const image = `${label}/${Math.floor(row / classes) + 1}`;
    return { image, label, group: image, split: '' as const };
  });
  return {
    listing: {
      name: 'fractals',
      title: 'Fractals drawn by formula',
      classes: names,
      ordinal: false,
      domain: null,
      source: `drawn by this repository (iterated function systems, seed ${seed})`,
      samples,
      faults: [],
    },
    size,
    draw: (row) => drawFractal(at(systems, row % classes), random('fractal picture', seed, row), size),
  };
}

/** Maps that leave most of the plane empty make a dust of points: systems are drawn until the shape is one. */
function drawSystem(seed: number, number: number): AffineMap[] {
  const source = random('fractal', seed, number);
  for (;;) {
    const system = drawMaps(source);
    const area = system.reduce((sum, map) => sum + areaOf(map), 0);
    if (area > 0.55 && area < 1.2) return system;
  }
}

/** The factor by which a map shrinks areas. */
const areaOf = ({ matrix: [a, b, c, d] }: AffineMap): number => Math.abs(a * d - b * c);

/** Two to five maps, each shrinking, so that there is an attractor. */
function drawMaps(source: RandomSource): AffineMap[] {
  return Array.from({ length: 2 + source.integer(4) }, () => {
    const [turn, tilt] = [2 * Math.PI * source.uniform(), 2 * Math.PI * source.uniform()];
    const [long, short] = [between(source, 0.5, 0.85), between(source, 0.2, 0.6) * (source.uniform() < 0.3 ? -1 : 1)];
    const [c, s, u, v] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
    // Rotation by `turn`, stretch, rotation by `tilt`: the singular values are the drawn ones.
    return {
      matrix: [
        c * long * u - s * short * v,
        -c * long * v - s * short * u,
        s * long * u + c * short * v,
        -s * long * v + c * short * u,
      ],
      offset: [between(source, -1, 1), between(source, -1, 1)],
    };
  });
}

function drawFractal(system: readonly AffineMap[], source: RandomSource, size: number): Uint8Array {
  const canvas = blankCanvas(size);
  const density = densityOf(attractor(bent(system, source), source, 3 * canvas.side ** 2), canvas.side, source);
  const ground = drawColor(source);
  const [from, to] = [colorAgainst(ground, source), colorAgainst(ground, source)];
  const grain = fractalNoise(source);
  const depth = between(source, 0.1, 0.5);
  const scale = between(source, 1, 5);
  paint(canvas, (x, y) => {
    const here = density[pixelAt(x, y, canvas)] ?? 0;
    const back = mixColors(ground, [0.5, 0.5, 0.5], depth * grain(scale * x, scale * y));
    return here === 0 ? back : mixColors(back, mixColors(from, to, here), 0.4 + 0.6 * here);
  });
  return canvasBytes(canvas);
}

/** Each picture of a class bends its formula a little: shapes of one kind, as leaves of one tree. */
function bent(system: readonly AffineMap[], source: RandomSource): AffineMap[] {
  const by = () => between(source, 0.9, 1.1);
  return system.map(({ matrix: [a, b, c, d], offset: [e, f] }) => ({
    matrix: [a * by(), b * by(), c * by(), d * by()],
    offset: [e * by(), f * by()],
  }));
}

/** The chaos game: points of the attractor as x, y, x, y ... */
function attractor(system: readonly AffineMap[], source: RandomSource, count: number): Float64Array {
  const points = new Float64Array(2 * count);
  // Maps are chosen by area, so that the attractor fills evenly.
  const areas = system.map((map) => Math.max(0.02, areaOf(map)));
  const total = areas.reduce((sum, area) => sum + area, 0);
  let [x, y] = [0, 0];
  for (let i = -20; i < count; i++) {
    let left = source.uniform() * total;
    const chosen = areas.findIndex((area) => (left -= area) < 0);
    const { matrix, offset } = at(system, Math.max(0, chosen));
    [x, y] = [matrix[0] * x + matrix[1] * y + offset[0], matrix[2] * x + matrix[3] * y + offset[1]];
    if (i >= 0) points.set([x, y], 2 * i);
  }
  return points;
}

/**
 * The number of hits of each pixel, on a logarithmic scale from 0 to 1, with the attractor turned by up to a right
 * angle, scaled and moved into view.
 */
function densityOf(points: Float64Array, side: number, source: RandomSource): Float32Array {
  const count = points.length / 2;
  const meanOf = (axis: 0 | 1) => sumOver(count, (i) => points[2 * i + axis] ?? 0) / count;
  const [meanX, meanY] = [meanOf(0), meanOf(1)];
  const fromMean = (i: number) => [(points[2 * i] ?? 0) - meanX, (points[2 * i + 1] ?? 0) - meanY] as const;
  const squared = ([u, v]: readonly [number, number]) => u ** 2 + v ** 2;
  const spread = Math.sqrt(sumOver(count, (i) => squared(fromMean(i))) / count);
  const zoom = between(source, 0.4, 0.7) / Math.max(spread, 1e-6);
  const angle = (Math.PI / 2) * source.uniform();
  const [cos, sin] = [zoom * Math.cos(angle), zoom * Math.sin(angle)];
  const [dx, dy] = [between(source, -0.2, 0.2), between(source, -0.2, 0.2)];

  const hits = new Float32Array(side * side);
  for (let i = 0; i < count; i++) {
    const [u, v] = fromMean(i);
    const [column, row] = [
      Math.floor(((cos * u - sin * v + dx + 1) * side) / 2),
      Math.floor(((sin * u + cos * v + dy + 1) * side) / 2),
    ];
    if (column >= 0 && column < side && row >= 0 && row < side)
      hits[row * side + column] = (hits[row * side + column] ?? 0) + 1;
  }
  const most = Math.log1p(hits.reduce((a, b) => Math.max(a, b), 1));
  return hits.map((n) => Math.log1p(n) / most);
}

const pixelAt = (x: number, y: number, { side }: Canvas): number =>
  Math.floor(((y + 1) * side) / 2) * side + Math.floor(((x + 1) * side) / 2);
const between = (source: RandomSource, low: number, high: number): number => low + (high - low) * source.uniform();

const drawColor = (source: RandomSource): Color => [source.uniform(), source.uniform(), source.uniform()];

/** The least difference in brightness between a shape and its ground. A shape that cannot be seen teaches nothing. */
const CONTRAST = 0.25;

function colorAgainst(ground: Color, source: RandomSource): Color {
  for (;;) {
    const color = drawColor(source);
    if (Math.abs(brightness(color) - brightness(ground)) >= CONTRAST) return color;
  }
}

const brightness = ([red, green, blue]: Color): number => (red + green + blue) / 3;

function sumOver(count: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += term(i);
  return sum;
}
