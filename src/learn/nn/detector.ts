/**
 * The network for objects, as data: the decoder of a U-Net without its last block, and CenterNet's three heads on it
 * (X. Zhou et al., "Objects as Points", arXiv 1904.07850, 2019): the centers of each class, their place within a cell,
 * and the size of a box. A landmark is a center without a size.
 */
import { last } from '../../util/known.ts';
import { resnetStructure, type ResNet } from './resnet.ts';
import { unetStructure, type DecoderBlock } from './unet.ts';

/** A cell of the maps covers so many pixels of either side. */
export const CELL = 2;

/** Cells along one side of an image of `size` pixels. */
export const cellsAlong = (size: number): number => Math.ceil(size / CELL);

/** Channels of the hidden layer of a head. */
export const HEAD_WIDTH = 64;

/** Layers `<name>.0` (3x3) and `<name>.2` (1x1), with a ReLU between. */
export interface DetectorHead {
  readonly name: 'centers' | 'offsets' | 'sizes';
  readonly outputs: number;
}

interface Detector {
  /** From the coarsest side to half of the image's. */
  readonly blocks: readonly DecoderBlock[];
  /** Channels of the last block, which the heads see. */
  readonly width: number;
  readonly heads: readonly DetectorHead[];
}

export function detectorStructure(network: ResNet, classes: number): Detector {
  const blocks = unetStructure(network).blocks.slice(0, -1);
  const width = blocks.length === 0 ? resnetStructure(network).features : last(blocks).units[1].output;
  return {
    blocks,
    width,
    heads: [
      { name: 'centers', outputs: classes },
      { name: 'offsets', outputs: 2 },
      { name: 'sizes', outputs: 2 },
    ],
  };
}
