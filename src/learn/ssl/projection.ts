import type { Mlp } from '../nn/mlp.ts';
import { resnetStructure, type ResNet } from '../nn/resnet.ts';

/** Width of the space in which contrastive losses compare (SimCLR, section 4.2). */
const WIDTH = 128;

/**
 * "A MLP with one hidden layer": width -> width, ReLU, width -> 128, without norms (SimCLR, section 2.1 and appendix
 * B.6). MoCo v2 and SupCon took it over.
 */
export function contrastiveHead(network: ResNet): Mlp {
  const { features } = resnetStructure(network);
  return { name: 'projection', widths: [features, features, WIDTH], hidden: 'none', output: 'none' };
}
