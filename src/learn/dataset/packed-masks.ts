/** `masks.safetensors`: the masks of all images of a data set as one tensor, in the squares of their images. */
import { openSafetensors, writeSafetensors } from '../../tensor/safetensors.ts';
import { DatasetError } from './error.ts';

interface OpenedMasks {
  readonly count: number;
  /** Side in pixels. */
  readonly size: number;
  /** Class numbers `[indices.length, size, size]`; 0 is the background. */
  read(indices: ArrayLike<number>): Promise<Uint8Array<ArrayBuffer>>;
}

/** `masks`: `[count, size, size]`, zeros for an image without a mask. */
export async function writePackedMasks(path: string, masks: Uint8Array, size: number): Promise<void> {
  await writeSafetensors(path, {
    masks: { dtype: 'uint8', shape: [masks.length / size ** 2, size, size], data: masks },
  });
}

/** Masks are read whole: a byte for each pixel, a third of the images. Throws DatasetError or SafetensorsError. */
export async function openPackedMasks(path: string): Promise<OpenedMasks> {
  const file = await openSafetensors(path);
  try {
    const entry = file.entries.get('masks');
    const [count, size, width] = entry?.shape ?? [];
    if (entry?.type !== 'U8' || count === undefined || size === undefined || width !== size)
      throw new DatasetError(
        `${path} holds no packed masks: a U8 tensor "masks" of shape [N, S, S] is expected, as ingest-masks writes it.`,
      );
    const pixels = size * size;
    const all = new Uint8Array(count * pixels);
    await file.readBytes(entry, 0, all);
    return {
      count,
      size,
      read: (indices) => {
        const masks = new Uint8Array(indices.length * pixels);
        Array.from(indices).forEach((index, row) => {
          if (!Number.isInteger(index) || index < 0 || index >= count)
            throw new Error(`Internal error: mask ${index} of ${count} was asked for.`);
          masks.set(all.subarray(index * pixels, (index + 1) * pixels), row * pixels);
        });
        return Promise.resolve(masks);
      },
    };
  } finally {
    await file.close();
  }
}
