/**
 * The U-Net on a residual network, as data: its decoder with sizes and names.
 *
 * O. Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", MICCAI 2015, in the variant
 * and under the parameter names of segmentation_models.pytorch (`Unet` with `decoder_interpolation="bilinear"`). The
 * encoder's tensors keep torchvision's names, so that the weights of any start fit.
 */
import { at, last } from '../../util/known.ts';
import { resnetStructure, type ConvNorm, type ResNet } from './resnet.ts';

/** Enlarges the activations to the side of the skip, joins both, and convolves twice. */
export interface DecoderBlock {
  /**
   * The place of the skip among the activations of `resnetStages`; null: there is none, and the side is the image's.
   */
  readonly skip: number | null;
  readonly units: readonly [ConvNorm, ConvNorm];
}

interface UNet {
  /** From the coarsest side to the image's. */
  readonly blocks: readonly DecoderBlock[];
  /** Channels of the last block. */
  readonly width: number;
}

/** A 3x3 convolution with bias, from the last block to one logit for each class. */
export const UNET_HEAD = 'segmentation_head.0';

/**
 * One block for each halving of the side in the encoder. Their widths begin at half of the encoder's last one and
 * halve: 256, 128, 64, 32, 16 for ResNet-18 and ResNet-50.
 */
export function unetStructure(network: ResNet): UNet {
  const { stages, stem } = resnetStructure(network);
  // The small stem has the side of the first stage, which lies deeper. The last stage is the bottom, not a skip.
  const [first, skipless] = network.stem === 'imagenet' ? [0, 1] : [1, 0];
  const skips = Array.from({ length: stages.length - first }, (_, i) => stages.length - 1 - i);
  const channelsAt = (activation: number): number =>
    activation === 0 ? stem.output : last(last(at(stages, activation - 1)).main).output;
  let [channels, width] = [channelsAt(stages.length), last(network.widths)];
  const blocks = [...skips, ...Array<null>(skipless).fill(null)].map((skip, index): DecoderBlock => {
    width = Math.max(1, Math.floor(width / 2));
    const joined = channels + (skip === null ? 0 : channelsAt(skip));
    channels = width;
    return { skip, units: [unit(index, 1, joined, width), unit(index, 2, width, width)] };
  });
  return { blocks, width };
}

const unit = (block: number, index: number, input: number, output: number): ConvNorm => ({
  convolution: `decoder.blocks.${block}.conv${index}.0`,
  norm: `decoder.blocks.${block}.conv${index}.1`,
  kernel: 3,
  stride: 1,
  input,
  output,
});
