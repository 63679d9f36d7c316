/**
 * The codecs that are compiled C libraries: libjpeg-turbo, CharLS, OpenJPEG and OpenJPH. Each loads when first needed.
 */
import type { PixelCoding } from './transfer-syntax.ts';

export type WasmCoding = Extract<PixelCoding, 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'htj2k'>;

export interface DecodedCode {
  /** Samples, pixel after pixel. */
  readonly data: Uint8Array;
  readonly bytesPerSample: 1 | 2;
  readonly samples: number;
  readonly width: number;
  readonly height: number;
}

const loaded = new Map<WasmCoding, Promise<DecoderClass>>();

/** Throws if the code cannot be decoded; the codec is then loaded anew, because its memory may be damaged. */
export async function decodeWithWasm(coding: WasmCoding, code: Uint8Array): Promise<DecodedCode> {
  const Decoder = await decoderOf(coding);
  try {
    const decoder = new Decoder();
    try {
      decoder.getEncodedBuffer(code.length).set(code);
      decoder.decode();
      const { componentCount, bitsPerSample, width, height } = decoder.getFrameInfo();
      const data = Uint8Array.from(decoder.getDecodedBuffer());
      return { data, bytesPerSample: bitsPerSample > 8 ? 2 : 1, samples: componentCount, width, height };
    } finally {
      decoder.delete();
    }
  } catch (error) {
    loaded.delete(coding);
    throw error;
  }
}

function decoderOf(coding: WasmCoding): Promise<DecoderClass> {
  const known = loaded.get(coding);
  if (known !== undefined) return known;
  const loading = LOADERS[coding]();
  loaded.set(coding, loading);
  return loading;
}

/** Codecs print; and the object becomes the module, so each codec needs its own. */
const silent = (): CodecOptions => ({ print: () => undefined, printErr: () => undefined });

const LOADERS: Readonly<Record<WasmCoding, () => Promise<DecoderClass>>> = {
  jpeg: async () => {
    const { default: load } = await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs');
    return (await load(silent())).JPEGDecoder;
  },
  'jpeg-ls': async () => {
    const { default: load } = await import('@cornerstonejs/codec-charls/decodewasmjs');
    return (await load(silent())).JpegLSDecoder;
  },
  'jpeg-2000': async () => {
    const { default: load } = await import('@cornerstonejs/codec-openjpeg/decodewasmjs');
    return (await load(silent())).J2KDecoder;
  },
  htj2k: async () => {
    const { default: load } = await import('@cornerstonejs/codec-openjph');
    return (await load(silent())).HTJ2KDecoder;
  },
};
