/** "Covid-19 image dataset" (Raikote 2020): X-rays of the chest in three classes. */
import { readClassFolders } from './class-folders.ts';
import type { Reader } from './listing.ts';

export const covid19: Reader = (folder) =>
  readClassFolders(
    {
      name: 'covid19',
      title: 'Covid-19 image dataset',
      classes: ['Covid', 'Normal', 'Viral Pneumonia'],
      ordinal: false,
      domain: 'xray',
      source: 'Raikote, "Covid-19 image dataset", Kaggle 2020',
    },
    {
      folder,
      trees: [
        { path: 'Covid19-dataset/train', split: 'train' },
        { path: 'Covid19-dataset/test', split: 'test' },
      ],
    },
  );
