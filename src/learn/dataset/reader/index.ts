/** The readers by the name that a pipeline gives them. */
import { chestXray } from './chest-xray.ts';
import { covid19 } from './covid19.ts';
import { csv } from './csv.ts';
import { folders } from './folders.ts';
import { ham10000 } from './ham10000.ts';
import { idrid } from './idrid.ts';
import { isic9 } from './isic9.ts';
import type { Reader } from './listing.ts';
import { medmnist } from './medmnist.ts';

export const READERS = {
  ham10000,
  isic9,
  covid19,
  'chest-xray': chestXray,
  idrid,
  folders,
  csv,
  medmnist,
} as const satisfies Record<string, Reader>;
export type ReaderName = keyof typeof READERS;

export type { Listing } from './listing.ts';
