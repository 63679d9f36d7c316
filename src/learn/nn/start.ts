/** The first weights of a training: those of a file where one is given, drawn at random otherwise. */
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { initialise, type Key } from './initialise.ts';
import type { ResNet } from './resnet.ts';
import type { Model } from './variables.ts';
import { layersOf, readBackbone } from './weights.ts';

interface Start {
  readonly backbone: Model<HostTensor<'float32'>>;
  /** For the record: what the file gave. */
  readonly notes: Readonly<Record<string, string | number | readonly string[]>>;
  /** For people: what had to be drawn although a file was given. */
  readonly warning: string | null;
}

/** Throws WeightsError when the file does not fit. */
export async function startFrom(weights: string | null, network: ResNet, key: Key): Promise<Start> {
  if (weights === null) return { backbone: initialise(network, key), notes: { start: 'random' }, warning: null };
  const { given, match } = await readBackbone(weights, network);
  const drawn = layersOf(match.missing);
  return {
    backbone: initialise(network, key, { given }),
    notes: {
      start: 'weights',
      ...match.metadata,
      tensorsMatched: match.matched.length,
      layersDrawnAtRandom: drawn,
      tensorsNotUsed: match.leftOver,
    },
    warning:
      drawn.length === 0
        ? null
        : `The weights file has no ${drawn.join(', ')}: these ${drawn.length} layers of ${network.name} were drawn at random.`,
  };
}
