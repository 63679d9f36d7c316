/** `features.safetensors`: a row of features for each image of a data set. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { readSafetensors, writeSafetensors } from '../../tensor/safetensors.ts';
import { DatasetError } from '../dataset/error.ts';

interface Features {
  /** Row-major [indices.length, width], in the order of `indices`. */
  of(indices: readonly number[]): Float32Array;
}

/** `features` is [images, width]. */
export const writeFeatures = (path: string, features: HostTensor<'float32'>): Promise<void> =>
  writeSafetensors(path, { features });

/** Throws DatasetError if the file holds other features than of `count` images, SafetensorsError if it is damaged. */
export async function readFeatures(path: string, count: number): Promise<Features> {
  const { features } = (await readSafetensors(path)).tensors;
  const [rows, width] = features?.shape ?? [];
  if (features?.dtype !== 'float32' || features.shape.length !== 2 || rows !== count || width === undefined)
    throw new DatasetError(
      `${path} holds ${features === undefined ? 'no tensor "features"' : `features [${features.shape.join(', ')}]`}; ` +
        `[${count}, width] is expected, a row for each image of the table. Compute them from the images of the same ingest.`,
    );
  const data = features.data as Float32Array;
  return {
    of: (indices) => {
      const chosen = new Float32Array(indices.length * width);
      indices.forEach((index, row) => {
        chosen.set(data.subarray(index * width, (index + 1) * width), row * width);
      });
      return chosen;
    },
  };
}
