/**
 * Drawn skin lesions: a data set without a download. It is hard enough that starts differ and easy enough to learn in
 * minutes.
 */
import { random } from '../../../util/random.ts';
import type { ListedImage } from '../reader/listing.ts';
import type { SyntheticDataset } from './write-synthetic-dataset.ts';
import { LESION_KINDS, sampleLesion, type Lesion } from './lesion.ts';
import { lesionMask, renderLesion } from './photograph.ts';
import { at } from '../../../util/known.ts';

const MOST_PICTURES = 4;

/** Drawn pictures know their own masks. */
export interface MaskedPhantoms extends SyntheticDataset {
  /** `[size, size]` of a sample, by its row: 1 is lesion. */
  readonly mask: (row: number) => Uint8Array;
}

/** `images` pictures of about half as many lesions: one to four of each, in nature's imbalance. */
export function phantomDataset({
  images,
  size,
  seed,
}: {
  readonly images: number;
  readonly size: number;
  readonly seed: number;
}): MaskedPhantoms {
  const pictures: { lesion: Lesion; sample: ListedImage; picture: number }[] = [];
  for (let number = 0; pictures.length < images; number++) {
    const lesion = sampleLesion(seed, number);
    const group = `lesion${String(number).padStart(5, '0')}`;
    // One picture is likelier than two, two than three: 2.0 on average.
    const source = random('phantom count', seed, number);
    const count = Math.min(
      1 + Math.min(source.integer(MOST_PICTURES), source.integer(MOST_PICTURES + 1)),
      images - pictures.length,
    );
    for (let picture = 0; picture < count; picture++)
      pictures.push({
        lesion,
        picture,
        sample: { image: `${group}/${picture + 1}`, label: lesion.kind, group, split: '' },
      });
  }
  return {
    listing: {
      name: 'phantoms',
      title: 'Drawn skin lesions (phantoms)',
      classes: Object.keys(LESION_KINDS),
      ordinal: false,
      domain: null,
      source: `drawn by this repository (phantom, seed ${seed}): no patient, no clinical meaning`,
      samples: pictures.map(({ sample }) => sample),
      faults: [],
    },
    size,
    draw: (row) => renderLesion(at(pictures, row).lesion, at(pictures, row).picture, size),
    mask: (row) => lesionMask(at(pictures, row).lesion, at(pictures, row).picture, size),
  };
}
