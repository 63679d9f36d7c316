/** `images.safetensors`: every image of a data set as one tensor of 8 or 16 bits, written and read piece by piece. */
import { totalmem } from 'node:os';
import { createSafetensors, openSafetensors, type SafetensorsReader } from '../../tensor/safetensors.ts';
import { DatasetError } from './error.ts';

export interface PackedImages {
  readonly count: number;
  /** Side of the square images, in pixels. */
  readonly size: number;
  /**
   * The images of these rows, one after the other: RGB bytes `[indices.length, size, size, 3]`. They are written to
   * `into` if it is given; it must have exactly that length. Images of 16 bits are rounded to bytes.
   */
  read(indices: ArrayLike<number>, into?: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Several stages run beside each other, and each needs memory for its network. */
const SHARE_OF_MEMORY = 1 / 32;

/** Of this machine, or of the container. */
function memoryForImages(): number {
  const limit = process.constrainedMemory();
  return SHARE_OF_MEMORY * (limit > 0 ? Math.min(limit, totalmem()) : totalmem());
}

/**
 * Opens the file at `path`; a set of at most `keep` bytes (on a machine of 24 GiB, 65,000 images at 64 px by default)
 * is read once and kept in memory. Throws DatasetError or SafetensorsError if the file differs from those of ingest.
 */
export async function openPackedImages(path: string, keep = memoryForImages()): Promise<PackedImages> {
  const file = await openSafetensors(path);
  try {
    const entry = file.entries.get('images');
    const [count, size, width, channels] = entry?.shape ?? [];
    if (
      (entry?.type !== 'U8' && entry?.type !== 'U16') ||
      count === undefined ||
      size === undefined ||
      width !== size ||
      channels !== 3
    ) {
      throw new DatasetError(
        `${path} holds no packed images: a U8 or U16 tensor "images" of shape [N, S, S, 3] is expected; found ` +
          `${describe(file)}.`,
      );
    }
    const bytes = size * size * 3;
    /** Reads images that follow each other. */
    const readImages = async (index: number, target: Uint8Array<ArrayBuffer>): Promise<void> => {
      if (entry.type === 'U8') return file.readBytes(entry, index * bytes, target);
      const wide = new Uint8Array(2 * target.length);
      await file.readBytes(entry, 2 * index * bytes, wide);
      target.set(new Uint16Array(wide.buffer).map(toByte));
    };
    const whole = count * bytes <= keep ? new Uint8Array(count * bytes) : undefined;
    if (whole !== undefined) await readImages(0, whole);

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
            if (whole === undefined) await readImages(index, target);
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
  /**
   * RGB `[size, size, 3]` of one row, bytes or 16 bits; they are written with the bits of the file. Rows may come in
   * any order.
   */
  write(index: number, image: Uint8Array | Uint16Array): Promise<void>;
  close(): Promise<void>;
}

/** The file's bytes depend on the images alone, not on the order in which they are written. */
export async function createPackedImages(
  path: string,
  count: number,
  size: number,
  bits: 8 | 16 = 8,
): Promise<PackedImagesWriter> {
  const dtype = bits === 8 ? 'uint8' : 'uint16';
  const file = await createSafetensors(path, { images: { dtype, shape: [count, size, size, 3] } });
  const values = size * size * 3;
  return {
    write: (index, image) => {
      if (image.length !== values)
        throw new Error(`Internal error: an image of ${image.length} values among images of ${values}.`);
      if (bits === 8) return file.writeBytes('images', index * values, asBytes(image));
      const { buffer, byteOffset, byteLength } = asWords(image);
      return file.writeBytes('images', 2 * index * values, new Uint8Array(buffer, byteOffset, byteLength));
    },
    close: () => file.close(),
  };
}

/** 65535 is 255. */
const WORDS_PER_BYTE = 257;
const toByte = (word: number): number => Math.round(word / WORDS_PER_BYTE);

const asBytes = (image: Uint8Array | Uint16Array): Uint8Array =>
  image instanceof Uint8Array ? image : Uint8Array.from(image, toByte);

const asWords = (image: Uint8Array | Uint16Array): Uint16Array =>
  image instanceof Uint16Array ? image : Uint16Array.from(image, (byte) => byte * WORDS_PER_BYTE);

const describe = (file: SafetensorsReader): string =>
  [...file.entries.values()]
    .slice(0, 3)
    .map(({ name, type, shape }) => `"${name}" ${type} [${shape.join(', ')}]`)
    .join(', ') || 'no tensor';
