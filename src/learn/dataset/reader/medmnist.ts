/** MedMNIST (Yang et al. 2023): one `.npz` file with images, labels and a published split into three parts. */
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { err, ok, type Result } from '../../../util/result.ts';
import { decodePixels, type Pixels } from '../decode/decode.ts';
import { countFindings, findingNotices } from '../findings.ts';
import { npyNumbers, type NpyArray } from '../numpy/npy.ts';
import { readNpz } from '../numpy/npz.ts';
import type { PublishedSplit } from '../table.ts';
import type { Reader, ListedImage } from './listing.ts';
import { readLabels, type LabelTable } from './medmnist-labels.ts';
import { describeAbsence, listTree } from './tree.ts';
import { at, entry } from '../../../util/known.ts';

const PARTS = [
  { name: 'train', split: 'train' },
  { name: 'val', split: 'validation' },
  { name: 'test', split: 'test' },
] as const;

/** `folder` is the file, or a folder with one such file. Image 7 of the test part is called `test/7`. */
export const medmnist: Reader = async (folder, { classNames } = {}) => {
  const file = await fileIn(folder);
  if (!file.ok) return file;
  const arrays = await readNpz(
    file.value,
    PARTS.flatMap(({ name }) => [`${name}_images`, `${name}_labels`]),
  );
  const parts: Part[] = [];
  for (const { name, split } of PARTS) {
    const part = partOf(arrays, name, split);
    if (!part.ok) return err(`${file.value}: ${part.error}`);
    parts.push(part.value);
  }
  const named = readLabels(parts, classNames);
  if (!named.ok) return err(`${file.value}: ${named.error}`);
  const { labelOf, ...described } = named.value;

  const pixels = new Map<string, () => Pixels>(
    parts.flatMap((part) =>
      Array.from({ length: part.count }, (_, i) => [`${part.name}/${i}`, () => pixelsOf(part.images, i)] as const),
    ),
  );
  const samples = parts.flatMap((part) =>
    Array.from({ length: part.count }, (_, i): ListedImage => {
      const image = `${part.name}/${i}`;
      return { image, label: labelOf(part, i), group: image, split: part.split };
    }),
  );
  const title = basename(file.value).replace(/\.npz$/i, '');
  return ok({
    name: title,
    title,
    ...described,
    ordinal: false,
    domain: null,
    source: 'Yang et al., "MedMNIST v2", Scientific Data 10:41, 2023',
    samples,
    faults: [],
    notices: described.task === 'findings' ? findingNotices(countFindings(samples, described.classes)) : [],
    decode: async (image, size) => ok({ values: await decodePixels(entry(pixels, image)(), size) }),
  });
};

async function fileIn(folder: string): Promise<Result<string, string>> {
  if ((await stat(folder).catch(() => null))?.isFile()) return ok(folder);
  const found = (await listTree(folder)).files.filter((file) => /\.npz$/i.test(file));
  if (found.length === 0) return err(await describeAbsence(folder, '*.npz'));
  return found.length === 1
    ? ok(join(folder, at(found, 0)))
    : err(`${folder} holds ${found.join(', ')}; name one of them as the input, or keep each in a folder of its own.`);
}

interface Part extends LabelTable {
  readonly name: string;
  readonly split: PublishedSplit;
  readonly images: NpyArray;
}

function partOf(arrays: ReadonlyMap<string, NpyArray>, name: string, split: PublishedSplit): Result<Part, string> {
  const [images, labels] = [arrays.get(`${name}_images`), arrays.get(`${name}_labels`)];
  if (images === undefined || labels === undefined)
    return err(`the array "${name}_${images === undefined ? 'images' : 'labels'}" is missing.`);
  const [count = 0, , , channels = 1] = images.shape;
  const isPicture =
    images.type === '|u1' && (images.shape.length === 3 || (images.shape.length === 4 && channels === 3));
  if (!isPicture)
    return err(
      `"${name}_images" is ${images.type} of shape (${images.shape.join(', ')}); |u1 of (N, height, width) or (N, ` +
        'height, width, 3) is expected. Sets of volumes are not read.',
    );
  const [rows, columns = 1] = labels.shape;
  if (labels.shape.length > 2)
    return err(
      `"${name}_labels" has the shape (${labels.shape.join(', ')}); (N), (N, 1) or (N, findings) is expected.`,
    );
  if (rows !== count) return err(`"${name}_labels" has ${rows ?? 0} rows for ${count} images.`);
  return ok({ name, split, images, count, labels: npyNumbers(labels), columns });
}

function pixelsOf({ shape, data }: NpyArray, index: number): Pixels {
  const [, height, width, channels = 1] = shape as [number, number, number, (1 | 3)?];
  const bytes = height * width * channels;
  return { data: data.subarray(index * bytes, (index + 1) * bytes), width, height, channels };
}
