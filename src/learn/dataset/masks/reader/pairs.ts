/**
 * Images and masks of a user: masks in a folder of their own (`masks/`, `labels/`, or one that is named), or beside the
 * images with a word behind the name (`scan_mask.png`). A folder for each class below the masks names the classes.
 */
import { basename, join, resolve } from 'node:path';
import { byCodeUnit } from '../../../../util/canonical-json.ts';
import { err, ok } from '../../../../util/result.ts';
import { masksAmong } from '../../reader/companions.ts';
import type { ListedImage, ListingFault } from '../../reader/listing.ts';
import { isImageFolder, placeOfFile } from '../../reader/place-of-file.ts';
import { filesBelow, isImage } from '../../reader/tree.ts';
import { ANY_IMAGE, type MaskFile, type MaskReader } from '../listing.ts';
import { matchMasks } from './match.ts';

const MASK_FOLDER = /^(masks?|labels?|gt|ground[\s_-]?truths?|segmentations?|annotations?)$/i;

const isMaskFolder = (part: string): boolean => MASK_FOLDER.test(part);

export const pairs: MaskReader = async (folder, options) => {
  const { masks: elsewhere, groupFolders = false, unmasked = 'error' } = options;
  const below = (await filesBelow(folder, '')).filter(isImage);
  const own = elsewhere === undefined ? undefined : (await filesBelow(elsewhere, '')).filter(isImage);
  const inside = elsewhere === undefined ? undefined : insideOf(folder, elsewhere);
  const found = own ?? masksIn(below);
  const masks = new Set(own === undefined ? found : []);
  const images = below.filter((file) => !masks.has(file) && (inside === undefined || !file.startsWith(`${inside}/`)));
  if (images.length === 0 || found.length === 0) return err(nothing(folder, images.length, found.length, elsewhere));

  const { matches, alone } = matchMasks(
    images.map((file) => ({ file, folders: foldersOf(file, isImageFolder) })),
    found.map((file) => ({ file, folders: foldersOf(file, isMaskFolder) })),
  );
  const masksOf = new Map<string, MaskFile[]>();
  for (const { image, mask, className } of matches)
    masksOf.set(image, [
      ...(masksOf.get(image) ?? []),
      { name: mask, path: join(own === undefined ? folder : (elsewhere ?? folder), mask), className },
    ]);
  const faults: ListingFault[] =
    unmasked === 'pretraining'
      ? []
      : images.filter((file) => !masksOf.has(file)).map((file) => ({ file, reason: NO_MASK }));
  const samples = images
    .filter((file) => unmasked === 'pretraining' || masksOf.has(file))
    .map((file): ListedImage => ({ image: file, label: ANY_IMAGE, ...placeOfFile(file, groupFolders) }));
  if (masksOf.size === 0) return err(noneFits(folder, images, found));
  const name = basename(resolve(folder));
  return ok({
    ...{ name, title: name, classes: [ANY_IMAGE], ordinal: false, domain: null, source: 'images with masks' },
    ...{ samples, faults, masksOf },
    notices: alone.length === 0 ? [] : [`${alone.length} mask(s) belong to no image, ${String(alone[0])} for one.`],
  });
};

const NO_MASK =
  'it has no mask: no mask has its name. Images without masks can serve pre-training: "unmasked": "pretraining"';

/** Files in folders of masks; without such a folder, those with a word such as `_mask` behind an image's name. */
function masksIn(files: readonly string[]): string[] {
  const apart = files.filter((file) => file.split('/').slice(0, -1).some(isMaskFolder));
  return apart.length > 0 ? apart : [...masksAmong(files)];
}

/** The folders of a file without the one that says what it is. */
const foldersOf = (file: string, isKind: (part: string) => boolean): string[] =>
  file
    .split('/')
    .slice(0, -1)
    .filter((part) => !isKind(part));

/** The path of the masks below the images; undefined where they lie elsewhere. */
function insideOf(folder: string, masks: string): string | undefined {
  const [outer, inner] = [`${resolve(folder)}/`, resolve(masks)];
  return inner.startsWith(outer) ? inner.slice(outer.length) : undefined;
}

function nothing(folder: string, images: number, masks: number, elsewhere: string | undefined): string {
  const place = elsewhere ?? folder;
  return (
    `${images} image(s) in ${folder} and ${masks} mask(s) in ${place}. Expected masks in a folder such as masks/, or ` +
    'beside the images under names such as scan_mask.png; another folder is named by the input "masks".'
  );
}

function noneFits(folder: string, images: readonly string[], masks: readonly string[]): string {
  const [image, mask] = [[...images].sort(byCodeUnit)[0], [...masks].sort(byCodeUnit)[0]];
  return (
    `${folder}: no mask has the name of an image. A mask is called as its image, with or without a word around it. The ` +
    `first image is ${String(image)}, the first mask ${String(mask)}.`
  );
}
