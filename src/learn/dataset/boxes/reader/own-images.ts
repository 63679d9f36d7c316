/** The common part of readers of a user's images: which have labels, and the listing of those. */
import { basename, resolve } from 'node:path';
import type { ObjectClass } from '../../../../formats/objects.ts';
import { ANY_IMAGE } from '../../masks/listing.ts';
import { masksAmong } from '../../reader/companions.ts';
import type { ListedImage, ListingFault } from '../../reader/listing.ts';
import { placeOfFile } from '../../reader/place-of-file.ts';
import { filesBelow, isImage } from '../../reader/tree.ts';
import type { BoxListing, BoxReaderOptions, ImageLabels } from '../listing.ts';

/** Paths below the folder. Pictures of masks beside images are none. */
export async function ownImages(folder: string): Promise<string[]> {
  const images = (await filesBelow(folder, '')).filter(isImage);
  const masks = masksAmong(images);
  return images.filter((file) => !masks.has(file));
}

interface OwnLabels {
  readonly objectClasses: readonly ObjectClass[];
  readonly labelsOf: ReadonlyMap<string, ImageLabels>;
  /** The published subset of an image, where labels name it. */
  readonly splitOf?: ReadonlyMap<string, ListedImage['split']>;
  readonly faults: readonly ListingFault[];
  readonly notices: readonly string[];
}

/** Images with a fault are not counted among those without labels. */
export function ownListing(
  folder: string,
  images: readonly string[],
  { labelsOf, splitOf, faults, ...labels }: OwnLabels,
  { groupFolders = false }: BoxReaderOptions,
): BoxListing {
  const name = basename(resolve(folder));
  const broken = new Set(faults.map(({ file }) => file));
  const samples = images
    .filter((file) => labelsOf.has(file))
    .map((file): ListedImage => {
      const place = placeOfFile(file, groupFolders);
      return { image: file, label: ANY_IMAGE, ...place, split: splitOf?.get(file) ?? place.split };
    });
  return {
    ...{ name, title: name, classes: [ANY_IMAGE], ordinal: false, domain: null, source: 'images with objects' },
    ...{ samples, faults, labelsOf, ...labels },
    unlabeled: images.filter((file) => !labelsOf.has(file) && !broken.has(file)),
  };
}
