/** Features of every image of a data set, by an encoder that others trained. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { EncoderError, type Encoder, type EncoderOptions } from '../../tensor/encoder.ts';
import { openEncoder } from '../../tensor/open-encoder.ts';
import { concatenated } from '../../util/concatenated.ts';
import { at } from '../../util/known.ts';
import type { PackedImages } from '../dataset/packed-images.ts';

export { POOLINGS } from '../../tensor/encoder.ts';

/** The encoder in the bytes of an ONNX file, which messages call `name`. Throws EncoderError if it cannot be used. */
export async function requireEncoder(bytes: Uint8Array, name: string, options: EncoderOptions): Promise<Encoder> {
  const opened = await openEncoder(bytes, name, options);
  if (!opened.ok) throw new EncoderError(opened.error);
  return opened.value;
}

/** Of RGB values in 0..1, as the encoder was trained with. */
export interface PixelStatistics {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Features [images, width]: a row for each packed image, in their order. Throws EncoderError. */
export async function embedImages(
  encoder: Encoder,
  images: PackedImages,
  statistics: PixelStatistics,
  onProgress: (done: number) => void,
): Promise<HostTensor<'float32'>> {
  const rows: Float32Array[] = [];
  for (let first = 0; first < images.count; first += encoder.batchSize) {
    const count = Math.min(encoder.batchSize, images.count - first);
    const bytes = await images.read(Array.from({ length: count }, (_, i) => first + i));
    rows.push(await encoder.encode(normalizedPlanes(bytes, images.size, statistics), count));
    onProgress(first + count);
  }
  const data = concatenated(rows);
  return { dtype: 'float32', shape: [images.count, data.length / images.count], data };
}

/** RGB bytes [count, size, size, 3] to planes [count, 3, size, size], normalized. */
function normalizedPlanes(bytes: Uint8Array, size: number, { mean, std }: PixelStatistics): Float32Array {
  const area = size * size;
  const planes = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) {
    const channel = i % 3;
    const pixel = Math.floor(i / 3);
    const image = Math.floor(pixel / area);
    planes[(image * 3 + channel) * area + (pixel % area)] = (at(bytes, i) / 255 - at(mean, channel)) / at(std, channel);
  }
  return planes;
}
