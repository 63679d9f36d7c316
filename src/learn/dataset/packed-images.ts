/** `images.safetensors`: every image of a data set as one uint8 tensor, written and read piece by piece. */
import { createSafetensors, openSafetensors, type SafetensorsReader } from '../../tensor/safetensors.ts';
import { DatasetError } from './error.ts';

export interface PackedImages {
  readonly count: number;
  /** Side of the square images, in pixels. */
  readonly size: number;
  /**
   * The images of these rows, one after the other: RGB bytes `[indices.length, size, size, 3]`. They are written to
   * `into` if it is given; it must have exactly that length.
   */
  read(indices: ArrayLike<number>, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/**
 * Opens the file at `path`; a set of at most `keep` bytes (5,000 images at 64 px by default) is read once and kept in
 * memory. Throws DatasetError or SafetensorsError if the file differs from those of ingest.
 */
export async function openPackedImages(path: string, keep = 64 * 2 ** 20): Promise<PackedImages> {
  const file = await openSafetensors(path);
  try {
    const entry = file.entries.get('images');
    const [count, size, width, channels] = entry?.shape ?? [];
    if (entry?.type !== 'U8' || count === undefined || size === undefined || width !== size || channels !== 3) {
      throw new DatasetError(
        `${path} holds no packed images: a U8 tensor "images" of shape [N, S, S, 3] is expected; found ` +
          `${describe(file)}.`,
      );
    }
    const bytes = size * size * 3;
    const whole = entry.bytes <= keep ? new Uint8Array(entry.bytes) : undefined;
    if (whole !== undefined) await file.readBytes(entry, 0, whole);

    return {
      count,
      size,
      read: async (indices, into = new Uint8Array(indices.length * bytes)) => {
        if (into.length !== indices.length * bytes)
          throw new Error(`Internal error: ${into.length} bytes for ${indices.length} images of ${bytes}.`);
        await Promise.all(
          Array.from(indices, async (index, row) => {
            if (!Number.isInteger(index) || index < 0 || index >= count)
              throw new Error(`Internal error: image ${index} of ${count} was asked for.`);
            const target = into.subarray(row * bytes, (row + 1) * bytes);
            if (whole === undefined) await file.readBytes(entry, index * bytes, target);
            else target.set(whole.subarray(index * bytes, (index + 1) * bytes));
          }),
        );
        return into;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface PackedImagesWriter {
  /** RGB bytes `[size, size, 3]` of one row. Rows may come in any order. */
  write(index: number, image: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** The file's bytes depend on the images alone, not on the order in which they are written. */
export async function createPackedImages(path: string, count: number, size: number): Promise<PackedImagesWriter> {
  const file = await createSafetensors(path, { images: { dtype: 'uint8', shape: [count, size, size, 3] } });
  const bytes = size * size * 3;
  return {
    write: (index, image) => {
      if (image.length !== bytes)
        throw new Error(`Internal error: an image of ${image.length} bytes among images of ${bytes}.`);
      return file.writeBytes('images', index * bytes, image);
    },
    close: () => file.close(),
  };
}

const describe = (file: SafetensorsReader): string =>
  [...file.entries.values()]
    .slice(0, 3)
    .map(({ name, type, shape }) => `"${name}" ${type} [${shape.join(', ')}]`)
    .join(', ') || 'no tensor';
