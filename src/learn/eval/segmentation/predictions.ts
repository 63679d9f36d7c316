/**
 * `predictions.safetensors`: the probabilities of each class for every pixel of the validation and test images, in
 * bytes, at training size. Masks at the size of the pictures are drawn from them: a mask that was cut out at training
 * size and then enlarged would have steps at its edge.
 */
import { readSafetensors, writeSafetensors } from '../../../tensor/safetensors.ts';
import { at } from '../../../util/known.ts';
import { DatasetError } from '../../dataset/error.ts';
import type { Prediction } from './original-size.ts';

const FULL = 255;

interface MaskPredictions {
  /** Rows of the packed images. */
  readonly indices: readonly number[];
  /** The probabilities of one of them, in order of `indices`; they add up to 255. */
  readonly of: (position: number) => Prediction;
}

/** `predictions` come in the order of `indices`. The background is what the other classes leave. */
export async function writeMaskPredictions(
  path: string,
  predictions: AsyncIterable<Prediction>,
  { indices, side, classes }: { readonly indices: readonly number[]; readonly side: number; readonly classes: number },
): Promise<void> {
  const objects = classes - 1;
  const data = new Uint8Array(indices.length * side * side * objects);
  let place = 0;
  for await (const { values } of predictions)
    for (let pixel = 0; pixel < side * side; pixel++)
      for (let k = 1; k < classes; k++) data[place++] = Math.round(FULL * at(values, pixel * classes + k));
  if (place !== data.length) throw new Error(`Internal error: ${place} probabilities of ${data.length} came.`);
  await writeSafetensors(path, {
    indices: { dtype: 'int32', shape: [indices.length], data: Int32Array.from(indices) },
    probabilities: { dtype: 'uint8', shape: [indices.length, side, side, objects], data },
  });
}

/** Throws DatasetError if the file is another one. */
export async function readMaskPredictions(path: string): Promise<MaskPredictions> {
  const { indices, probabilities } = (await readSafetensors(path)).tensors;
  const [count, side, , objects] = probabilities?.shape ?? [];
  if (indices === undefined || probabilities === undefined || count === undefined || !side || !objects)
    throw new DatasetError(`${path} holds no predictions of masks: "indices" and "probabilities" are expected.`);
  const pixels = side * side;
  return {
    indices: Array.from(indices.data),
    of: (position) => {
      const own = probabilities.data.subarray(position * pixels * objects, (position + 1) * pixels * objects);
      const values = new Float32Array(pixels * (objects + 1));
      for (let pixel = 0; pixel < pixels; pixel++) {
        let rest = FULL;
        for (let k = 0; k < objects; k++) {
          const share = at(own, pixel * objects + k);
          values[pixel * (objects + 1) + k + 1] = share;
          rest -= share;
        }
        values[pixel * (objects + 1)] = rest;
      }
      return { values, side, classes: objects + 1 };
    },
  };
}
