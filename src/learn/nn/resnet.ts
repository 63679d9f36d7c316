/**
 * Residual networks as data: their convolutions with sizes and names.
 *
 * K. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, in the variant and under the parameter names
 * of torchvision: the bottleneck strides in its 3x3 convolution ("v1.5"), shortcuts project with a 1x1 convolution if
 * the shape changes, convolutions have no bias.
 */
import { at, last } from '../../util/known.ts';

/** A network, by its stages. */
export interface ResNet {
  readonly name: string;
  /**
   * `imagenet`: 7x7 stride 2, then max pooling. `cifar`: 3x3 stride 1, for images of 32 px or so (SimCLR, appendix
   * B.9).
   */
  readonly stem: Stem;
  readonly block: 'basic' | 'bottleneck';
  /** Blocks per stage; each stage after the first halves the side. */
  readonly blocks: readonly number[];
  /** Channels per stage inside its blocks; a bottleneck puts out four times as many. */
  readonly widths: readonly number[];
}

export type Stem = 'imagenet' | 'cifar';

export const NETWORKS = {
  resnet18: { stem: 'imagenet', block: 'basic', blocks: [2, 2, 2, 2], widths: [64, 128, 256, 512] },
  resnet34: { stem: 'imagenet', block: 'basic', blocks: [3, 4, 6, 3], widths: [64, 128, 256, 512] },
  resnet50: { stem: 'imagenet', block: 'bottleneck', blocks: [3, 4, 6, 3], widths: [64, 128, 256, 512] },
  /** For drawn images of 32 px: trains at thousands of images per second on a laptop. Not torchvision's. */
  'resnet-small': { stem: 'cifar', block: 'basic', blocks: [1, 1, 1], widths: [16, 32, 64] },
} as const satisfies Record<string, Omit<ResNet, 'name'>>;

export type NetworkName = keyof typeof NETWORKS;
export const NETWORK_NAMES = Object.keys(NETWORKS) as NetworkName[];

/** The network of a name, with another stem if one is asked for. */
export function resnet(name: NetworkName, stem?: Stem): ResNet {
  const network: ResNet = { name, ...NETWORKS[name] };
  return stem === undefined ? network : { ...network, stem };
}

/** The beginnings of the names of the stem and of the first `stages` stages; none for 0. */
export const firstLayers = (stages: number): string[] =>
  stages === 0 ? [] : ['conv1.', 'bn1.', ...Array.from({ length: stages }, (_, i) => `layer${i + 1}.`)];

/** A convolution and the batch normalization behind it, by the names of their tensors. */
export interface ConvNorm {
  readonly convolution: string;
  readonly norm: string;
  readonly kernel: number;
  readonly stride: number;
  readonly input: number;
  readonly output: number;
}

interface Block {
  readonly main: readonly [ConvNorm, ...ConvNorm[]];
  /** Null if the shortcut is the identity. */
  readonly shortcut: ConvNorm | null;
}

interface Structure {
  readonly stem: ConvNorm;
  readonly pool: boolean;
  /** The blocks of each stage. */
  readonly stages: readonly (readonly Block[])[];
  /** The blocks of all stages, one after the other. */
  readonly blocks: readonly Block[];
  /** Width of the pooled features: 512 for ResNet-18, 2048 for ResNet-50. */
  readonly features: number;
}

const COLORS = 3;

export function resnetStructure(network: ResNet): Structure {
  const width = at(network.widths, 0);
  const stem: ConvNorm =
    network.stem === 'imagenet'
      ? { convolution: 'conv1', norm: 'bn1', kernel: 7, stride: 2, input: COLORS, output: width }
      : { convolution: 'conv1', norm: 'bn1', kernel: 3, stride: 1, input: COLORS, output: width };
  let channels = width;
  const stages = network.blocks.map((count, stage) =>
    Array.from({ length: count }, (_, index) => {
      const stride = index === 0 && stage > 0 ? 2 : 1;
      const block = blockOf(network, `layer${stage + 1}.${index}`, channels, at(network.widths, stage), stride);
      channels = last(block.main).output;
      return block;
    }),
  );
  return { stem, pool: network.stem === 'imagenet', stages, blocks: stages.flat(), features: channels };
}

function blockOf(network: ResNet, name: string, input: number, width: number, stride: number): Block {
  const unit = (index: number, kernel: number, from: number, to: number, step: number): ConvNorm => ({
    convolution: `${name}.conv${index}`,
    norm: `${name}.bn${index}`,
    kernel,
    stride: step,
    input: from,
    output: to,
  });
  const main: Block['main'] =
    network.block === 'basic'
      ? [unit(1, 3, input, width, stride), unit(2, 3, width, width, 1)]
      : [unit(1, 1, input, width, 1), unit(2, 3, width, width, stride), unit(3, 1, width, 4 * width, 1)];
  const output = last(main).output;
  const projects = stride !== 1 || input !== output;
  const shortcut = {
    convolution: `${name}.downsample.0`,
    norm: `${name}.downsample.1`,
    kernel: 1,
    stride,
    input,
    output,
  };
  return { main, shortcut: projects ? shortcut : null };
}

/** Every unit in the order of torchvision's state dictionary. */
export function convNormsOf(network: ResNet): ConvNorm[] {
  const { stem, blocks } = resnetStructure(network);
  return [stem, ...blocks.flatMap(({ main, shortcut }) => (shortcut ? [...main, shortcut] : [...main]))];
}
