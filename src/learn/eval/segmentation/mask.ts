/** A mask: the class of every pixel of a picture. */
export interface Mask {
  /** Row by row; 0 is the background. */
  readonly data: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}
