/** PNG and TIFF files of more than eight bits as pictures, their values as the file has them. */
import { decode as readTiff } from 'tiff';
import sharp from 'sharp';
import { err, ok, type Result } from '../../../util/result.ts';
import type { Picture } from './picture.ts';
import { isTiff } from './probe.ts';

/** `page` counts from 0. */
export async function openNumbers(file: Buffer, page: number): Promise<Result<Picture, string>> {
  const tiff = isTiff(file) ? readTiffPage(file, page) : undefined;
  return tiff ?? readUnsigned(file, page);
}

/** Signed and floating-point numbers, which libvips would clip. Undefined for unsigned integers. */
function readTiffPage(file: Buffer, page: number): Result<Picture, string> | undefined {
  const options = { pages: [page] };
  const [directory] = quietly(() => readTiff(file, { ...options, ignoreImageData: true })) ?? [];
  if (directory === undefined || directory.sampleFormat === UNSIGNED) return undefined;
  const [found] = quietly(() => readTiff(file, options)) ?? [];
  if (found === undefined) return err('its compression is not read for such numbers. Save it without compression');
  const orientation = found.get(ORIENTATION) as number | undefined;
  if (orientation !== undefined && orientation !== 1)
    return err(`its orientation is ${orientation}; 1 is expected for such numbers. Save it upright`);
  const { width, height, samplesPerPixel: bands, sampleFormat } = found;
  if (bands !== 1 && bands !== 3) return err(`it has ${bands} bands; 1 or 3 are expected for such numbers`);
  const values = Float64Array.from(sampleFormat === SIGNED ? signedView(found.data) : found.data);
  return ok(pictureOf(values, width, height, bands));
}

const UNSIGNED = 1;
const SIGNED = 2;
const ORIENTATION = 274;

function signedView(data: ArrayLike<number> & { buffer: ArrayBufferLike; byteOffset: number }): ArrayLike<number> {
  return data instanceof Uint8Array
    ? new Int8Array(data.buffer, data.byteOffset, data.length)
    : new Int16Array(data.buffer, data.byteOffset, data.length);
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

async function readUnsigned(file: Buffer, page: number): Promise<Result<Picture, string>> {
  const image = sharp(file, { failOn: 'truncated', page });
  const { channels: bands } = await image.metadata();
  const channels = bands >= 3 ? 3 : 1;
  const { data, info } = await image
    .autoOrient()
    .flatten({ background: '#000000' })
    .toColourspace(channels === 3 ? 'rgb16' : 'grey16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== channels)
    throw new Error(`Internal error: ${info.channels} bands were decoded of ${channels} expected.`);
  const values = Float64Array.from(new Uint16Array(Uint8Array.from(data).buffer));
  return ok(pictureOf(values, info.width, info.height, channels));
}

/** Values that are no numbers are padding. */
function pictureOf(values: Float64Array, width: number, height: number, channels: 1 | 3): Picture {
  const padding = values.some((value) => !Number.isFinite(value)) ? paddingOf(values, channels) : undefined;
  const scale = { kind: 'none' } as const;
  return { width, height, channels, values, scale, inverted: false, pixelAspect: 1, ...(padding && { padding }) };
}

const paddingOf = (values: Float64Array, channels: number): Uint8Array =>
  Uint8Array.from({ length: values.length / channels }, (_, i) =>
    values.subarray(i * channels, (i + 1) * channels).some((value) => !Number.isFinite(value)) ? 1 : 0,
  );
