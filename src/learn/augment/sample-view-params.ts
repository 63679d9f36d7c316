/** Draws the parameters of views: the same for every batch size, order, engine and resume. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { at } from '../../util/known.ts';
import type { RandomSource } from '../../util/random.ts';
import { brightness, contrast, grayscale, hue, identityColor, saturation, type ColorOperation } from './color.ts';
import { between, drawGeometry, sourceOfView, type Draw, type Geometry } from './geometry.ts';
import { writeBlurMatrix, blurKernelSize, writeIdentityMatrix, writeResizeMatrix } from './matrices.ts';
import type { Augmentation, Blur, Jitter } from './augmentation.ts';
import { zeroViewParams, type ViewParams } from './view-params.ts';

/** One view of each image, in the shapes of `viewParamSpecs`. */
export function sampleViewParams(augmentation: Augmentation, draw: Draw): ViewParams<HostTensor<'float32'>> {
  const { indices, view, sourceSize } = draw;
  const parts = zeroViewParams(augmentation, indices.length, sourceSize);
  for (let i = 0; i < indices.length; i++) {
    const source = sourceOfView(draw, i);
    const geometry = drawGeometry(augmentation, sourceSize, source);
    if (parts.rotation) writeRotation(geometry, parts.rotation, i);
    if (parts.rows && parts.columns) writeResampling(geometry, parts.rows, parts.columns, i);
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

function writeRotation({ angle }: Geometry, { data, shape }: HostTensor<'float32'>, i: number): void {
  const batch = at(shape, 1);
  data.set([Math.cos(angle), -Math.sin(angle)], 2 * i);
  data.set([Math.sin(angle), Math.cos(angle)], 2 * (batch + i));
}

function writeResampling(
  { crop, mirrored, upended }: Geometry,
  rows: HostTensor<'float32'>,
  columns: HostTensor<'float32'>,
  i: number,
): void {
  const [size, sourceSize] = [at(rows.shape, 1), at(rows.shape, 2)];
  const area = size * sourceSize;
  writeResizeMatrix(rows.data.subarray(i * area, (i + 1) * area), crop.y, sourceSize, size, upended);

  const across = new Float32Array(area);
  writeResizeMatrix(across, crop.x, sourceSize, size, mirrored);
  for (let o = 0; o < size; o++)
    for (let s = 0; s < sourceSize; s++) columns.data[i * area + s * size + o] = across[o * sourceSize + s] ?? 0;
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
