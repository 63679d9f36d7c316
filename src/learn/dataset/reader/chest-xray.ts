/** "Chest X-ray images (pneumonia)" (Kermany et al. 2018). */
import { basename, join } from 'node:path';
import { readClassFolders } from './class-folders.ts';
import type { Reader } from './listing.ts';
import { listTree } from './tree.ts';

export const chestXray: Reader = async (folder) => {
  // The published `val` folder has 16 images and is often left out. No published test depends on it, so it is used for
  // training.
  const hasValidation = (await listTree(join(folder, 'chest_xray'))).folders.includes('val');
  return readClassFolders(
    {
      name: 'chest-xray',
      title: 'Chest X-ray images (pneumonia)',
      classes: ['NORMAL', 'PNEUMONIA'],
      ordinal: false,
      domain: 'xray',
      source: 'Kermany et al., Cell 172(5), 2018',
    },
    {
      folder,
      trees: [
        { path: 'chest_xray/train', split: 'train' },
        ...(hasValidation ? [{ path: 'chest_xray/val', split: 'train' } as const] : []),
        { path: 'chest_xray/test', split: 'test' },
      ],
      groupOf: patientOf,
    },
  );
};

/** `person63_bacteria_306.jpeg` is of `person63`; other names carry no patient. */
const patientOf = (image: string): string => /^person\d+(?=_)/.exec(basename(image))?.[0] ?? image;
