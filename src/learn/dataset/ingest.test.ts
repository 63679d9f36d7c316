import { mkdir, mkdtemp, readFile, rm, truncate, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp, { type Color, type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeImage } from './decode/decode.ts';
import { ingest } from './ingest.ts';
import { openPackedImages } from './packed-images.ts';
import { folders } from './reader/folders.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingest-'));
});
afterAll(() => rm(folder, { recursive: true }));

const plain = (width: number, height: number, background: Color, channels: 3 | 4 = 3) =>
  sharp({ create: { width, height, channels, background } });

const WHOLE = { gray: { rule: 'range', low: 0, high: 65_535 } } as const;

async function decoded(picture: Sharp, name: string, size = 8): Promise<number[][]> {
  await picture.toFile(join(folder, name));
  const image = await decodeImage(join(folder, name), size, WHOLE);
  if (!image.ok) throw new Error(image.error);
  const { values } = image.value;
  expect(values).toHaveLength(size * size * 3);
  const bytes = values instanceof Uint8Array ? values : Uint8Array.from(values, (value) => Math.round(value / 257));
  return Array.from({ length: size * size }, (_, i) => [...bytes.subarray(3 * i, 3 * i + 3)]);
}

describe('decoding gives 8-bit RGB', () => {
  test('of color', async () => {
    expect((await decoded(plain(20, 10, '#102030'), 'rgb.png'))[0]).toEqual([16, 32, 48]);
  });

  test('of gray with 8 and with 16 bits', async () => {
    const gray = (bits: 'b-w' | 'grey16') => plain(9, 9, '#404040').toColourspace(bits);
    expect((await decoded(gray('b-w'), 'gray.png'))[5]).toEqual([64, 64, 64]);
    expect((await sharp(await gray('grey16').png().toBuffer()).metadata()).depth).toBe('ushort');
    expect((await decoded(gray('grey16'), 'gray16.png'))[5]).toEqual([64, 64, 64]);
  });

  test('of 16-bit color', async () => {
    const deep = plain(9, 9, '#408020').toColourspace('rgb16').png();
    expect((await sharp(await deep.toBuffer()).metadata()).depth).toBe('ushort');
    expect((await decoded(deep, 'rgb16.png'))[0]).toEqual([64, 128, 32]);
  });

  test('of what is transparent as black, half-transparent as half', async () => {
    expect((await decoded(plain(9, 9, { r: 200, g: 100, b: 50, alpha: 0 }, 4), 'clear.png'))[0]).toEqual([0, 0, 0]);
    const half = (await decoded(plain(9, 9, { r: 200, g: 100, b: 50, alpha: 0.5 }, 4), 'half.png'))[0]!;
    for (const [c, v] of [100, 50, 25].entries()) expect(Math.abs(half[c]! - v)).toBeLessThanOrEqual(1);
  });

  test('of palettes', async () => {
    expect((await decoded(plain(9, 9, '#ff0000').png({ palette: true }), 'palette.png'))[0]).toEqual([255, 0, 0]);
  });

  test('upright, as EXIF says', async () => {
    // Left half red, right half blue, and a note that it lies on its side: upright, red is above.
    const lying = plain(16, 16, '#0000ff')
      .composite([{ input: await plain(8, 16, '#ff0000').png().toBuffer(), left: 0, top: 0 }])
      .withMetadata({ orientation: 6 });
    const pixels = await decoded(lying.png(), 'exif.png');
    expect(pixels[3]).toEqual([255, 0, 0]);
    expect(pixels[8 * 7 + 3]).toEqual([0, 0, 255]);
  });

  test('with the middle cut out along the longer side', async () => {
    const wide = plain(40, 8, '#ffffff').composite([
      { input: await plain(8, 8, '#ff0000').png().toBuffer(), left: 16, top: 0 },
    ]);
    expect(new Set((await decoded(wide, 'wide.png')).map(String))).toEqual(new Set(['255,0,0']));
  });
});

describe('ingesting', () => {
  const files = (name: string) => ({
    images: join(folder, `${name}.safetensors`),
    table: join(folder, `${name}.csv`),
    dataset: join(folder, `${name}.json`),
  });
  let source: string;
  const options = () => ({ folder: source, size: 8, onBroken: 'error' as const, decode: decodeImage, concurrency: 2 });
  const listing = async () => {
    const result = await folders(source);
    if (!result.ok) throw new Error(result.error);
    return result.value;
  };

  beforeAll(async () => {
    source = join(folder, 'source');
    for (let i = 0; i < 6; i++) {
      const path = join(source, i % 2 === 0 ? 'even' : 'odd', `${i}.png`);
      await mkdir(dirname(path), { recursive: true });
      await plain(12, 9, { r: 10 * i, g: 0, b: 0 }).toFile(path);
    }
  });

  test('row i of the tensor is row i of the table, and progress counts to the end', async () => {
    const seen: number[] = [];
    const dataset = await ingest(await listing(), files('whole'), {
      ...options(),
      onProgress: (done) => seen.push(done),
    });
    expect(dataset).toMatchObject({
      name: 'source',
      classes: ['even', 'odd'],
      images: 6,
      groups: 6,
      size: 8,
      dropped: [],
    });
    expect(await readFile(files('whole').table, 'utf8')).toMatch(
      /^index,image,label,group,split\n0,even\/0.png,even,even\/0.png,\n1,even\/2.png/,
    );
    const images = await openPackedImages(files('whole').images);
    const reds = await Promise.all([0, 1, 2, 3, 4, 5].map(async (i) => (await images.read([i]))[0]));
    expect(reds).toEqual([0, 20, 40, 10, 30, 50]);
    await images.close();
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('the bytes do not depend on how many are decoded at a time', async () => {
    await ingest(await listing(), files('one'), { ...options(), concurrency: 1 });
    await ingest(await listing(), files('six'), { ...options(), concurrency: 6 });
    expect(await readFile(files('one').images)).toEqual(await readFile(files('six').images));
  });

  test('broken images are all listed; dropped, they leave no gap and are reported', async () => {
    const [cut, text] = [join(source, 'odd', '7.png'), join(source, 'even', '8.jpg')];
    await plain(300, 300, '#123456')
      .composite([
        {
          input: await sharp(
            Uint8Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * 7919) % 251),
            { raw: { width: 300, height: 300, channels: 3 } },
          )
            .png()
            .toBuffer(),
        },
      ])
      .toFile(cut);
    await truncate(cut, Math.floor((await stat(cut)).size / 2));
    await writeFile(text, 'not an image');
    await expect(ingest(await listing(), files('broken'), options())).rejects.toThrow(
      /^2 file\(s\) of .* cannot be used; "onBroken": "drop" in the params of this stage, in the pipeline file, leaves them out:\n {2}- even\/8.jpg: it cannot be decoded: .*\n {2}- odd\/7.png: it cannot be decoded: /,
    );
    const dataset = await ingest(await listing(), files('dropped'), { ...options(), onBroken: 'drop' });
    expect(dataset.dropped.map(({ file }) => file)).toEqual(['even/8.jpg', 'odd/7.png']);
    expect(await readFile(files('dropped').images)).toEqual(await readFile(files('whole').images));
    await rm(cut);
    await rm(text);
  });

  test('each of many broken images has its own reason, however many are decoded at a time', async () => {
    const whole = await plain(40, 40, '#123456').jpeg().toBuffer();
    const broken = Array.from({ length: 60 }, (_, i) => join(source, 'odd', `broken-${i}.jpg`));
    await Promise.all(broken.map((file, i) => writeFile(file, whole.subarray(0, whole.length - 20 - i))));
    const dropped = async (concurrency: number) =>
      (await ingest(await listing(), files('reasons'), { ...options(), onBroken: 'drop', concurrency })).dropped;
    expect(await dropped(16)).toEqual(await dropped(1));
    await Promise.all(broken.map((file) => rm(file)));
  });

  test('a class whose images are all broken is refused with the reasons, also if broken images are dropped', async () => {
    const broken = join(source, 'other', '1.png');
    await mkdir(dirname(broken));
    await writeFile(broken, '');
    await expect(ingest(await listing(), files('none'), { ...options(), onBroken: 'drop' })).rejects.toThrow(
      /^source has no image of the class other\. 1 file\(s\) were left out:\n {2}- other\/1\.png: it cannot be decoded: Input file is empty$/,
    );
    await rm(dirname(broken), { recursive: true });
  });

  test('aborting stops it', async () => {
    await expect(
      ingest(await listing(), files('aborted'), { ...options(), signal: AbortSignal.abort(new Error('stopped')) }),
    ).rejects.toThrow('stopped');
  });
});
