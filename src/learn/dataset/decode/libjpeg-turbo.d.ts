declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  export interface JpegDecoder {
    /** The buffer for the file's bytes. */
    getEncodedBuffer(length: number): Uint8Array;
    /** Throws a number if libjpeg finds a fault. */
    decode(): void;
    getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: 1 | 3 };
    getDecodedBuffer(): Uint8Array;
    /** Frees its memory. */
    delete(): void;
  }
  export default function create(): Promise<{ readonly JPEGDecoder: new () => JpegDecoder }>;
}
