/** The folder `masks` of ingest: the mask of each image at its original size, for evaluation. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Mask } from '../../eval/segmentation/mask.ts';

/** A PNG with class numbers as gray values, named by the row of the image: `00012.png`. */
export const maskFile = (folder: string, row: number): string => join(folder, `${String(row).padStart(5, '0')}.png`);

export async function createMaskFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
}

export async function writeMask(folder: string, row: number, { data, width, height }: Mask): Promise<void> {
  await sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 9 })
    .toFile(maskFile(folder, row));
}

export async function readMask(folder: string, row: number): Promise<Mask> {
  const { data, info } = await sharp(maskFile(folder, row))
    .extractChannel(0)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
