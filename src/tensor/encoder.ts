/** An encoder that others trained: images in, a row of features for each image out. */
/** The way from several vectors of an image to one: the first (the class token of a ViT), or the mean of all. */
export const POOLINGS = ['first', 'mean'] as const;
export type Pooling = (typeof POOLINGS)[number];

export interface EncoderOptions {
  /** Side of the images, in pixels. */
  readonly size: number;
  readonly threads: number;
  /** The output with the features; the file's only one without it. */
  readonly output?: string;
  /** For an output with several vectors of an image: [batch, tokens, width] or [batch, width, height, width]. */
  readonly pooling?: Pooling;
}

export interface Encoder {
  /** For the record: the library, its version, and the output that was taken. */
  readonly description: Readonly<Record<string, string | number>>;
  /** The most images of one call: 1 where the file fixes it. */
  readonly batchSize: number;
  /** Normalized RGB [count, 3, size, size] to features [count, width]. Throws EncoderError on NaN or infinity. */
  encode(pixels: Float32Array, count: number): Promise<Float32Array>;
  close(): Promise<void>;
}

/** A file that gives no features. The message says the finding and the remedy. */
export class EncoderError extends Error {
  override readonly name = 'EncoderError';
  readonly isExpected = true;
}
