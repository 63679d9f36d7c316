/** The mask of one image from its files. */
import { err, ok, type Result } from '../../../util/result.ts';
import { at } from '../../../util/known.ts';
import type { PictureSize } from '../decode/placement.ts';
import type { MaskFile } from './listing.ts';
import type { Mask } from '../../eval/segmentation/mask.ts';
import type { MaskMeaning } from './meaning.ts';
import { readMaskCodes } from './read-codes.ts';

/**
 * Several files of one class are joined; a later class of the data set lies over an earlier one. Without a file, the
 * picture of the given size is background.
 */
export async function drawMask(
  files: readonly MaskFile[],
  size: PictureSize,
  meaning: MaskMeaning,
): Promise<Result<Mask, string>> {
  const mask: Mask = { ...size, data: new Uint8Array(size.width * size.height) };
  for (const file of files) {
    const read = await readMaskCodes(file.path);
    if (!read.ok) return err(`its mask ${file.name}: ${read.error}`);
    const { codes } = read.value;
    for (let pixel = 0; pixel < codes.length; pixel++)
      mask.data[pixel] = Math.max(at(mask.data, pixel), meaning.classOf(file, at(codes, pixel)));
  }
  return ok(mask);
}
