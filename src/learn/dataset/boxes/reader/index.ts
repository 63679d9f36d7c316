/** The readers of images with boxes or landmarks, by the name that a pipeline gives them. */
import type { BoxReader } from '../listing.ts';
import { coco } from './coco.ts';
import { idridBoxes } from './idrid.ts';
import { points } from './points.ts';
import { yolo } from './yolo.ts';

export const BOX_READERS = { coco, idrid: idridBoxes, points, yolo } as const satisfies Record<string, BoxReader>;
export type BoxReaderName = keyof typeof BOX_READERS;
