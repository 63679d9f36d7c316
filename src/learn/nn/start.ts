/** The first weights of a training: those of a given file, else drawn at random. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { initializeResNet, type RandomKey } from './initialize.ts';
import type { ResNet } from './resnet.ts';
import type { Model } from './variables.ts';
import { layerNames, readBackbone } from './weights.ts';

interface Start {
  readonly backbone: Model<HostTensor<'float32'>>;
  /** For the record: the tensors from the file. */
  readonly notes: Readonly<Record<string, string | number | readonly string[]>>;
  /** For people: the tensors that were drawn although a file was given. */
  readonly warning: string | null;
}

/** Throws WeightsError when the file does not fit. */
export async function loadStart(weights: string | null, network: ResNet, key: RandomKey): Promise<Start> {
  if (weights === null) return { backbone: initializeResNet(network, key), notes: { start: 'random' }, warning: null };
  const { given, match } = await readBackbone(weights, network);
  const drawn = layerNames(match.missing);
  return {
    backbone: initializeResNet(network, key, { given }),
    notes: {
      start: 'weights',
      ...match.metadata,
      ...(match.prefix !== '' && { tensorPrefix: match.prefix }),
      tensorsMatched: match.matched.length,
      layersDrawnAtRandom: drawn,
      tensorsNotUsed: match.leftOver,
    },
    warning:
      drawn.length === 0
        ? null
        : `The weights file has no ${drawn.join(', ')}: these ${drawn.length} layers of ${network.name} were drawn ` +
          'at random.',
  };
}
