/** Prepares HAM10000 for bench/epoch.mjs, once: packed images, and the same images as JPEG files in one folder. */
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { decodeImage } from '../src/learn/dataset/decode/decode.ts';
import { ingest } from '../src/learn/dataset/ingest.ts';
import { openPackedImages } from '../src/learn/dataset/packed-images.ts';
import { READERS } from '../src/learn/dataset/reader/index.ts';

export async function prepare(
  source: string,
  folder: string,
  size: number,
): Promise<{ images: string; pictures: string; count: number }> {
  const images = join(folder, 'images.safetensors');
  const pictures = join(folder, 'pictures');
  if (!existsSync(images)) {
    const listing = await READERS.ham10000(source);
    if (!listing.ok) throw new Error(listing.error);
    const half = `${images}.half`;
    await ingest(
      listing.value,
      { images: half, table: join(folder, 'table.csv'), dataset: join(folder, 'dataset.json') },
      { folder: source, size, onBroken: 'error', decode: decodeImage, concurrency: availableParallelism() },
    );
    await rename(half, images);
  }
  const packed = await openPackedImages(images);
  if (!existsSync(pictures)) {
    const half = `${pictures}.half`;
    await mkdir(half, { recursive: true });
    for (let index = 0; index < packed.count; index++) {
      await sharp(await packed.read([index]), { raw: { width: size, height: size, channels: 3 } })
        .jpeg({ quality: 95 })
        .toFile(join(half, `${String(index).padStart(5, '0')}.jpg`));
    }
    await rename(half, pictures);
  }
  await packed.close();
  return { images, pictures, count: packed.count };
}
