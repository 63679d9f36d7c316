/** "Skin cancer ISIC" (Katanskiy 2019): dermoscopy in nine classes. */
import { readClassFolders } from './class-folders.ts';
import type { Reader } from './listing.ts';

const ROOT = 'Skin cancer ISIC The International Skin Imaging Collaboration';

export const isic9: Reader = (folder) =>
  readClassFolders(
    {
      name: 'isic9',
      title: 'Skin cancer ISIC, nine classes',
      classes: [
        'actinic keratosis',
        'basal cell carcinoma',
        'dermatofibroma',
        'melanoma',
        'nevus',
        'pigmented benign keratosis',
        'seborrheic keratosis',
        'squamous cell carcinoma',
        'vascular lesion',
      ],
      ordinal: false,
      domain: 'skin',
      source: 'Katanskiy, "Skin cancer ISIC", Kaggle 2019, from the ISIC archive',
    },
    {
      folder,
      trees: [
        { path: `${ROOT}/Train`, split: 'train' },
        { path: `${ROOT}/Test`, split: 'test' },
      ],
    },
  );
