/** Draws the parameters of views: the same for every batch size, order, engine and resume. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { at } from '../../util/known.ts';
import { random, type RandomSource } from '../../util/random.ts';
import { brightness, contrast, grayscale, hue, identityColor, saturation, type ColorOperation } from './color.ts';
import {
  writeBlurMatrix,
  blurKernelSize,
  writeIdentityMatrix,
  writeResizeMatrix,
  type AxisInterval,
} from './matrices.ts';
import type { Augmentation, Blur, Jitter } from './augmentation.ts';
import { zeroViewParams, type ViewParams } from './view-params.ts';

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

/** One view of each image, in the shapes of `viewParamSpecs`. */
export function sampleViewParams(
  augmentation: Augmentation,
  { seed, epoch, indices, view, sourceSize }: Draw,
): ViewParams<HostTensor<'float32'>> {
  const parts = zeroViewParams(augmentation, indices.length, sourceSize);
  for (let i = 0; i < indices.length; i++) {
    const source = random('augment', seed, epoch, at(indices, i), view);
    if (parts.rotation) drawRotation(augmentation.rotation, source, parts.rotation, i);
    if (parts.rows && parts.columns) drawResampling(augmentation, sourceSize, source, parts.rows, parts.columns, i);
    if (parts.colors) drawColors(augmentation, source, parts.colors, parts.shifts, i);
    if (parts.blur && augmentation.blur) drawBlur(augmentation.blur, augmentation.size, view, source, parts.blur, i);
    if (parts.threshold)
      parts.threshold.data[i] = source.uniform() < at(augmentation.solarize, view % 2) ? SOLARIZE_FROM : NEVER;
  }
  return parts;
}

/** Grill et al. 2020: values of one half and more are inverted. */
const SOLARIZE_FROM = 0.5;
const NEVER = 2;

function drawRotation(most: number, source: RandomSource, { data, shape }: HostTensor<'float32'>, i: number): void {
  const angle = (between(source, -most, most) * Math.PI) / 180;
  const batch = at(shape, 1);
  data.set([Math.cos(angle), -Math.sin(angle)], 2 * i);
  data.set([Math.sin(angle), Math.cos(angle)], 2 * (batch + i));
}

function drawResampling(
  { crop, flip, size }: Augmentation,
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
  writeResizeMatrix(rows.data.subarray(i * area, (i + 1) * area), box.y, sourceSize, size, upended);

  const across = new Float32Array(area);
  writeResizeMatrix(across, box.x, sourceSize, size, mirrored);
  for (let o = 0; o < size; o++)
    for (let s = 0; s < sourceSize; s++) columns.data[i * area + s * size + o] = across[o * sourceSize + s] ?? 0;
}

interface Box {
  readonly x: AxisInterval;
  readonly y: AxisInterval;
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

function drawColors(
  augmentation: Augmentation,
  source: RandomSource,
  colors: HostTensor<'float32'>,
  shifts: HostTensor<'float32'> | undefined,
  i: number,
): void {
  const batch = at(colors.shape, 1);
  const operations = augmentation.jitter === null ? [] : drawJitter(augmentation.jitter, source);
  operations.forEach(({ matrix, shift }, k) => {
    colors.data.set(matrix, 9 * (k * batch + i));
    if (shifts) shifts.data[k * batch + i] = shift;
  });
  if (augmentation.grayscale > 0) {
    const { matrix } = source.uniform() < augmentation.grayscale ? grayscale : identityColor;
    colors.data.set(matrix, 9 * (operations.length * batch + i));
  }
}

/** torchvision's ColorJitter: a factor for each operation, in random order. An operation of strength 0 is left out. */
function drawJitter(jitter: Jitter, source: RandomSource): ColorOperation[] {
  const factor = (strength: number) => between(source, Math.max(0, 1 - strength), 1 + strength);
  const applied = source.uniform() < jitter.probability;
  const drawn = [
    ...(jitter.brightness > 0 ? [brightness(factor(jitter.brightness))] : []),
    ...(jitter.contrast > 0 ? [contrast(factor(jitter.contrast))] : []),
    ...(jitter.saturation > 0 ? [saturation(factor(jitter.saturation))] : []),
    ...(jitter.hue > 0 ? [hue(between(source, -jitter.hue, jitter.hue))] : []),
  ];
  return Array.from(source.permutation(drawn.length), (k) => (applied ? at(drawn, k) : identityColor));
}

function drawBlur(
  { probability, sigma: range }: Blur,
  size: number,
  view: number,
  source: RandomSource,
  target: HostTensor<'float32'>,
  i: number,
): void {
  const matrix = target.data.subarray(i * size * size, (i + 1) * size * size);
  const applied = source.uniform() < at(probability, view % 2);
  const sigma = between(source, ...range);
  if (applied) writeBlurMatrix(matrix, size, blurKernelSize(size), sigma);
  else writeIdentityMatrix(matrix, size);
}

const between = (source: RandomSource, low: number, high: number): number => low + (high - low) * source.uniform();
