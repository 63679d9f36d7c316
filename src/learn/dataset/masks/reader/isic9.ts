/**
 * "Skin cancer ISIC" with the lesion masks of ISIC 2017, part 1 (training), in the folder in which they were published.
 * One picture may lie in folders of two classes; it is listed once.
 */
import { basename, join } from 'node:path';
import { ok } from '../../../../util/result.ts';
import { isic9 } from '../../reader/isic9.ts';
import type { ListedImage } from '../../reader/listing.ts';
import { findPath, listTree } from '../../reader/tree.ts';
import type { MaskFile, MaskReader } from '../listing.ts';

const MASKS = 'ISIC-2017_Training_Part1_GroundTruth';

export const isic9Masks: MaskReader = async (folder) => {
  const images = await isic9(folder);
  if (!images.ok) return images;
  const masks = await findPath(folder, MASKS);
  if (!masks.ok) return masks;
  const maskOf = new Map<string, MaskFile>();
  for (const file of (await listTree(masks.value)).files) {
    const [, name] = /^(.+)_segmentation\.png$/i.exec(file) ?? [];
    if (name !== undefined)
      maskOf.set(name, { name: `${MASKS}/${file}`, path: join(masks.value, file), className: 'lesion' });
  }
  const once = new Map<string, ListedImage>();
  for (const sample of images.value.samples) {
    const name = nameOf(sample);
    if (!once.has(name)) once.set(name, { ...sample, group: name });
  }
  const repeated = images.value.samples.length - once.size;
  const samples = [...once.values()];
  const masksOf = samples.flatMap((sample) => {
    const mask = maskOf.get(nameOf(sample));
    return mask === undefined ? [] : [[sample.image, [mask]] as const];
  });
  return ok({
    ...images.value,
    name: 'isic9',
    title: 'Skin cancer ISIC, lesion masks',
    source: 'Katanskiy, "Skin cancer ISIC", Kaggle 2019; masks: ISIC Challenge 2017 (Codella et al., ISBI 2018)',
    samples,
    masksOf: new Map(masksOf),
    notices: [
      ...(images.value.notices ?? []),
      `${masksOf.length} of ${samples.length} pictures have a mask. ${repeated} file(s) repeat the name of another and ` +
        'were left out.',
    ],
  });
};

const nameOf = ({ image }: ListedImage): string => basename(image).replace(/\.[^.]+$/, '');
