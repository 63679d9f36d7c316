/** A decoded picture before its values become gray levels of a display. */

/** A value to a share of the display's range: 0 black, 1 white (before an inversion). */
export type Display = (value: number) => number;

export type PictureScale =
  /** Bytes, colors and palettes: shown as they are, whatever the data set's scale. */
  | { readonly kind: 'fixed'; readonly display: Display }
  /** The file's own window or table. */
  | { readonly kind: 'own'; readonly name: string; readonly windows: number; readonly display: Display }
  | { readonly kind: 'none' };

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** `[height, width, channels]` */
  readonly values: Float64Array;
  readonly scale: PictureScale;
  /** 1 where a pixel is padding: not part of any statistic, and black. */
  readonly padding?: Uint8Array;
  /** Small values are white; applied last. */
  readonly inverted: boolean;
  /** Height of a pixel divided by its width. */
  readonly pixelAspect: number;
}
