/** The packages of codecs that publish no types. */
interface CodecOptions {
  readonly print: (text: string) => void;
  readonly printErr: (text: string) => void;
}

interface CodecFrame {
  readonly width: number;
  readonly height: number;
  readonly bitsPerSample: number;
  readonly componentCount: number;
}

interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getFrameInfo(): CodecFrame;
  /** The memory of the codec, valid until `delete`. */
  getDecodedBuffer(): Uint8Array;
  delete(): void;
}

type DecoderClass = new () => WasmDecoder;
type LoadCodec<Name extends string> = (options: CodecOptions) => Promise<Readonly<Record<Name, DecoderClass>>>;

declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  const load: LoadCodec<'JPEGDecoder'>;
  export default load;
}
declare module '@cornerstonejs/codec-charls/decodewasmjs' {
  const load: LoadCodec<'JpegLSDecoder'>;
  export default load;
}
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  const load: LoadCodec<'J2KDecoder'>;
  export default load;
}
declare module '@cornerstonejs/codec-openjph' {
  const load: LoadCodec<'HTJ2KDecoder'>;
  export default load;
}
declare module 'jpeg-lossless-decoder-js' {
  export class Decoder {
    /** Samples, pixel after pixel, of `bytesPerSample` (1 or 2) each. */
    decode(
      code: ArrayBufferLike,
      offset: number,
      length: number,
      bytesPerSample: number,
    ): ArrayBufferView | ArrayBuffer;
  }
}
