/** The readers of images with masks, by the name that a pipeline gives them. */
import type { MaskReader } from '../listing.ts';
import { idridMasks } from './idrid.ts';
import { isic9Masks } from './isic9.ts';
import { pairs } from './pairs.ts';

export const MASK_READERS = { isic9: isic9Masks, idrid: idridMasks, pairs } as const satisfies Record<
  string,
  MaskReader
>;
export type MaskReaderName = keyof typeof MASK_READERS;
