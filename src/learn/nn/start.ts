/** The first weights of a training: those of a file where one is given, drawn at random otherwise. */
import { initialise, type Key } from './initialise.ts';
import type { ResNet } from './resnet.ts';
import type { Model } from './variables.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { readBackbone, type Match } from './weights.ts';

export interface Start {
  readonly backbone: Model<HostTensor<'float32'>>;
  /** What the file gave; null when all is drawn at random on purpose. */
  readonly match: Match | null;
}

export async function startFrom(weights: string | null, network: ResNet, key: Key): Promise<Start> {
  if (weights === null) return { backbone: initialise(network, key), match: null };
  const { given, match } = await readBackbone(weights, network);
  return { backbone: initialise(network, key, { given }), match };
}
