/** Draws the parameters of views: the same for every batch size, order, engine and resume. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { random, type RandomSource } from '../../util/random.ts';
import { brightness, contrast, greyscale, hue, nothing, saturation, type ColourOperation } from './colour.ts';
import { blur, blurWidth, identity, resize, type Interval } from './matrices.ts';
import type { Jitter, Recipe } from './recipe.ts';
import { emptyView, type View } from './view.ts';

interface Draw {
  readonly seed: number;
  readonly epoch: number;
  /** Rows of the data set: they, not the places in the batch, key the numbers. */
  readonly indices: ArrayLike<number>;
  /** 0 and 1 are the two views of a pair. */
  readonly view: number;
  /** Side of the images that will be augmented, in pixels. */
  readonly sourceSize: number;
}

/** One view of each image, in the shapes of `viewSpecs`. */
export function drawViews(
  recipe: Recipe,
  { seed, epoch, indices, view, sourceSize }: Draw,
): View<HostTensor<'float32'>> {
  const parts = emptyView(recipe, indices.length, sourceSize);
  for (let i = 0; i < indices.length; i++) {
    const source = random('augment', seed, epoch, indices[i]!, view);
    if (parts.rotation) drawRotation(recipe.rotation, source, parts.rotation, i);
    if (parts.rows && parts.columns) drawResampling(recipe, sourceSize, source, parts.rows, parts.columns, i);
    if (parts.colours) drawColours(recipe, source, parts.colours, parts.shifts, i);
    if (parts.blur) drawBlur(recipe, view, source, parts.blur, i);
    if (parts.threshold)
      parts.threshold.data[i] = source.uniform() < recipe.solarise[view % 2]! ? SOLARISE_FROM : NEVER;
  }
  return parts;
}

/** Grill et al. 2020: values of one half and more are inverted. */
const SOLARISE_FROM = 0.5;
const NEVER = 2;

function drawRotation(most: number, source: RandomSource, { data, shape }: HostTensor<'float32'>, i: number): void {
  const angle = (between(source, -most, most) * Math.PI) / 180;
  const batch = shape[1]!;
  data.set([Math.cos(angle), -Math.sin(angle)], 2 * i);
  data.set([Math.sin(angle), Math.cos(angle)], 2 * (batch + i));
}

function drawResampling(
  { crop, flip, size }: Recipe,
  sourceSize: number,
  source: RandomSource,
  rows: HostTensor<'float32'>,
  columns: HostTensor<'float32'>,
  i: number,
): void {
  const box = crop === null ? wholeImage(sourceSize) : drawCrop(crop, sourceSize, source);
  const mirrored = source.uniform() < flip.horizontal;
  const upended = source.uniform() < flip.vertical;
  const area = size * sourceSize;
  resize(rows.data.subarray(i * area, (i + 1) * area), box.y, sourceSize, size, upended);

  const across = new Float32Array(area);
  resize(across, box.x, sourceSize, size, mirrored);
  for (let o = 0; o < size; o++)
    for (let s = 0; s < sourceSize; s++) columns.data[i * area + s * size + o] = across[o * sourceSize + s]!;
}

interface Box {
  readonly x: Interval;
  readonly y: Interval;
}

const wholeImage = (size: number): Box => ({ x: { start: 0, length: size }, y: { start: 0, length: size } });

/** torchvision's RandomResizedCrop, without rounding to whole pixels: ten tries, then the whole image. */
function drawCrop([least, most]: readonly [number, number], size: number, source: RandomSource): Box {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = between(source, least, most);
    const aspect = Math.exp(between(source, Math.log(3 / 4), Math.log(4 / 3)));
    const width = size * Math.sqrt(area * aspect);
    const height = size * Math.sqrt(area / aspect);
    if (width > size || height > size) continue;
    return {
      x: { start: between(source, 0, size - width), length: width },
      y: { start: between(source, 0, size - height), length: height },
    };
  }
  return wholeImage(size);
}

function drawColours(
  recipe: Recipe,
  source: RandomSource,
  colours: HostTensor<'float32'>,
  shifts: HostTensor<'float32'> | undefined,
  i: number,
): void {
  const batch = colours.shape[1]!;
  const operations = recipe.jitter === null ? [] : drawJitter(recipe.jitter, source);
  operations.forEach(({ matrix, shift }, k) => {
    colours.data.set(matrix, 9 * (k * batch + i));
    shifts!.data[k * batch + i] = shift;
  });
  if (recipe.greyscale > 0) {
    const { matrix } = source.uniform() < recipe.greyscale ? greyscale : nothing;
    colours.data.set(matrix, 9 * (operations.length * batch + i));
  }
}

/** torchvision's ColorJitter: a factor for each operation, in random order. An operation of strength 0 is left out. */
function drawJitter(jitter: Jitter, source: RandomSource): ColourOperation[] {
  const factor = (strength: number) => between(source, Math.max(0, 1 - strength), 1 + strength);
  const applied = source.uniform() < jitter.probability;
  const drawn = [
    ...(jitter.brightness > 0 ? [brightness(factor(jitter.brightness))] : []),
    ...(jitter.contrast > 0 ? [contrast(factor(jitter.contrast))] : []),
    ...(jitter.saturation > 0 ? [saturation(factor(jitter.saturation))] : []),
    ...(jitter.hue > 0 ? [hue(between(source, -jitter.hue, jitter.hue))] : []),
  ];
  return Array.from(source.permutation(drawn.length), (k) => (applied ? drawn[k]! : nothing));
}

function drawBlur(
  { blur: recipe, size }: Recipe,
  view: number,
  source: RandomSource,
  target: HostTensor<'float32'>,
  i: number,
): void {
  const matrix = target.data.subarray(i * size * size, (i + 1) * size * size);
  const applied = source.uniform() < recipe!.probability[view % 2]!;
  const sigma = between(source, ...recipe!.sigma);
  if (applied) blur(matrix, size, blurWidth(size), sigma);
  else identity(matrix, size);
}

const between = (source: RandomSource, low: number, high: number): number => low + (high - low) * source.uniform();
