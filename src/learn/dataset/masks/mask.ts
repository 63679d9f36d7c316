/** A mask: the class of each pixel. */

export interface Mask {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, class numbers; 0 is the background. */
  readonly data: Uint8Array;
}

/** The name of class 0 in `dataset.json`. */
export const BACKGROUND = 'background';
