/** The samples of one frame, decoded but not yet numbers. */
export interface SampleBytes {
  readonly data: Uint8Array;
  readonly bytesPerSample: number;
  readonly planar: boolean;
  /** The three samples are to be converted from YCbCr of the full range. */
  readonly ybr: boolean;
}
