/**
 * IDRiD, segmentation (Porwal et al. 2018): optic disc and lesions of 81 fundus photographs, each structure in files of
 * its own.
 *
 * The images of the grading task are for pre-training. Some of them are images of the segmentation task under another
 * number. `segmentation-to-grading.csv` says which; these are left out, in whatever subset they lie, and without that
 * table all of them are.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { err, ok, type Result } from '../../../../util/result.ts';
import { parseCsv } from '../../csv.ts';
import type { ListedImage, ListingFault } from '../../reader/listing.ts';
import { findPath, isImage, listTree } from '../../reader/tree.ts';
import { ANY_IMAGE, type MaskFile, type MaskReader } from '../listing.ts';

const ROOT = 'A. Segmentation';
const TRUTHS = `${ROOT}/2. All Segmentation Groundtruths`;
const MAPPING = `${ROOT}/segmentation-to-grading.csv`;
const SPLITS = [
  { split: 'train', folder: 'a. Training Set' },
  { split: 'test', folder: 'b. Testing Set' },
] as const;

/** The folder of each structure, and the end of its files' names. */
const TARGETS: Readonly<Record<string, readonly [folder: string, ending: string]>> = {
  microaneurysms: ['1. Microaneurysms', 'MA'],
  haemorrhages: ['2. Haemorrhages', 'HE'],
  'hard exudates': ['3. Hard Exudates', 'EX'],
  'soft exudates': ['4. Soft Exudates', 'SE'],
  'optic disc': ['5. Optic Disc', 'OD'],
};

export const idridMasks: MaskReader = async (folder, { targets = ['optic disc'] }) => {
  const unknown = targets.find((target) => !Object.hasOwn(TARGETS, target));
  if (unknown !== undefined)
    return err(`targets: there is no "${unknown}"; ${Object.keys(TARGETS).join(', ')} are known.`);
  const samples: ListedImage[] = [];
  const masksOf = new Map<string, readonly MaskFile[]>();
  for (const { split, folder: part } of SPLITS) {
    const images = `${ROOT}/1. Original Images/${part}`;
    const found = await findPath(folder, images);
    if (!found.ok) return found;
    for (const file of (await listTree(found.value)).files.filter(isImage)) {
      const image = `${images}/${file}`;
      const masks = await masksOfImage(folder, part, file.replace(/\.[^.]+$/, ''), targets);
      if (masks === undefined) continue;
      samples.push({ image, label: ANY_IMAGE, group: image, split });
      masksOf.set(image, masks);
    }
  }
  const others = await gradingImages(folder);
  if (!others.ok) return others;
  return ok({
    name: 'idrid',
    title: `IDRiD, ${targets.join(' and ')}`,
    classes: [ANY_IMAGE],
    ordinal: false,
    domain: 'fundus',
    source: 'Porwal et al., Data 3(3):25, 2018',
    samples: [...samples, ...others.value.samples],
    faults: [] as readonly ListingFault[],
    notices: [`${samples.length} images have a mask.`, others.value.notice],
    masksOf,
  });
};

const DISC = 'optic disc';

/**
 * Undefined for an image that was not marked for these targets. Every eye has an optic disc. Of lesions, a missing file
 * means that the image has none, if it has a file of another lesion: all images of this set have one.
 */
async function masksOfImage(
  folder: string,
  part: string,
  image: string,
  targets: readonly string[],
): Promise<MaskFile[] | undefined> {
  const found = new Map<string, MaskFile>();
  for (const [target, [inner, ending]] of Object.entries(TARGETS)) {
    const place = `${TRUTHS}/${part}/${inner}`;
    const pattern = new RegExp(`^${image}_${ending}\\.(tiff?|png)$`, 'i');
    const file = (await listTree(join(folder, place))).files.find((name) => pattern.test(name));
    if (file !== undefined)
      found.set(target, { name: `${place}/${file}`, path: join(folder, place, file), className: target });
  }
  const lesions = [...found.keys()].some((target) => target !== DISC);
  if (!targets.every((target) => (target === DISC ? found.has(DISC) : lesions))) return undefined;
  return targets.flatMap((target) => found.get(target) ?? []);
}

interface GradingImages {
  readonly samples: readonly ListedImage[];
  readonly notice: string;
}

async function gradingImages(folder: string): Promise<Result<GradingImages, string>> {
  const mapping = await findPath(folder, MAPPING);
  if (!mapping.ok)
    return ok({
      samples: [],
      notice:
        `There is no ${MAPPING}, so nobody knows which images of the grading task are test images here: pre-training ` +
        'sees the images with masks alone.',
    });
  const same = new Set<string>();
  const columns = ['grading image', 'grading split', 'identical grading image'] as const;
  for (const { cells } of parseCsv(await readFile(mapping.value, 'utf8'), columns, mapping.value)) {
    same.add(`${cells['grading split']}/${cells['grading image']}`);
    // Its split is not written: the name is left out of both.
    for (const { folder: part } of SPLITS) same.add(`${part}/${cells['identical grading image']}`);
  }
  const samples: ListedImage[] = [];
  for (const { folder: part } of SPLITS) {
    const images = `B. Disease Grading/1. Original Images/${part}`;
    for (const file of (await listTree(join(folder, images))).files.filter(isImage)) {
      if (same.has(`${part}/${basename(file).replace(/\.[^.]+$/, '')}`)) continue;
      const image = `${images}/${file}`;
      samples.push({ image, label: ANY_IMAGE, group: image, split: '' });
    }
  }
  return ok({
    samples,
    notice: `${samples.length} images of the grading task are for pre-training; those with masks are not among them.`,
  });
}
