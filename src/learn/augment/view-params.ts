/** The parameters of every transformation of one view of a batch, as tensors. They are fed beside the images. */
import { float32, type HostTensor, type TensorSpec } from '../../tensor/host-tensor.ts';
import type { Augmentation } from './augmentation.ts';

/**
 * B images of R px become S px.
 *
 * | part | shape | |
 * | --- | --- | --- |
 * | rotation | `[2, B, 2]` | the rows of each sample's matrix: x, then y of where an output pixel comes from |
 * | rows | `[B, S, R]` | crop, vertical flip and resize |
 * | columns | `[B, R, S]` | crop, horizontal flip and resize, transposed |
 * | colors | `[K, B, 3, 3]` | color operations, one after the other; those beyond the length of `shifts` do not clip |
 * | shifts | `[J, B]` | how much of the image's mean luma each operation of the jitter adds; J <= K |
 * | blur | `[B, S, S]` | along either axis |
 * | threshold | `[B]` | values from here on are inverted; 2 for none |
 *
 * A part that the augmentation does not use is absent, and so is its work in the graph.
 */
export type ViewParams<Leaf> = Readonly<
  Partial<Record<'rotation' | 'rows' | 'columns' | 'colors' | 'shifts' | 'blur' | 'threshold', Leaf>>
>;

/** The shapes of a view of `batch` images of `sourceSize` pixels. */
export function viewParamSpecs(
  augmentation: Augmentation,
  batch: number,
  sourceSize: number,
): ViewParams<TensorSpec<'float32'>> {
  const { size } = augmentation;
  const jitters = jitterOperations(augmentation);
  const colors = jitters + (augmentation.grayscale > 0 ? 1 : 0);
  return {
    ...(augmentation.rotation > 0 && { rotation: float32([2, batch, 2]) }),
    ...(isResampled(augmentation, sourceSize) && {
      rows: float32([batch, size, sourceSize]),
      columns: float32([batch, sourceSize, size]),
    }),
    ...(colors > 0 && { colors: float32([colors, batch, 3, 3]) }),
    ...(jitters > 0 && { shifts: float32([jitters, batch]) }),
    ...(augmentation.blur !== null && { blur: float32([batch, size, size]) }),
    ...(augmentation.solarize.some((probability) => probability > 0) && { threshold: float32([batch]) }),
  };
}

/** Zeros to be filled: one buffer for each part. */
export function zeroViewParams(
  augmentation: Augmentation,
  batch: number,
  sourceSize: number,
): ViewParams<HostTensor<'float32'>> {
  const specs = Object.entries(viewParamSpecs(augmentation, batch, sourceSize));
  return Object.fromEntries(
    specs.map(([name, { dtype, shape }]) => [
      name,
      { dtype, shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
    ]),
  );
}

/** True if views are cropped, flipped or resized. */
export function isResampled({ crop, flip, size }: Augmentation, sourceSize: number): boolean {
  return crop !== null || flip.horizontal > 0 || flip.vertical > 0 || size !== sourceSize;
}

function jitterOperations({ jitter }: Augmentation): number {
  return jitter === null
    ? 0
    : [jitter.brightness, jitter.contrast, jitter.saturation, jitter.hue].filter((strength) => strength > 0).length;
}
