/**
 * Weights files under torchvision's names: safetensors and torch's own are read, also partial ones; safetensors are
 * written.
 */
import { readFile } from 'node:fs/promises';
import { decodeTensors } from '../../tensor/read-tensors.ts';
import { readSafetensors, writeSafetensors } from '../../tensor/safetensors.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { findEncoder, type Encoder } from './find-encoder.ts';
import type { KnownTensors } from './initialize.ts';
import { fromTorchvision, toTorchvision } from './layout.ts';
import { convNormsOf, type ResNet } from './resnet.ts';
import type { Model } from './variables.ts';

/** A weights file that does not fit: the message gives finding, expectation and remedy. */
export class WeightsError extends Error {
  override name = 'WeightsError';
  readonly isExpected = true;
}

interface Backbone {
  readonly given: KnownTensors;
  readonly match: Match;
}

/** The tensors of a network that a file provided. All skipped and initialized tensors are listed here. */
interface Match {
  readonly matched: readonly string[];
  /** Tensors of the network that the file lacks: initialized at random. */
  readonly missing: readonly string[];
  /** Tensors of the file without a place in the network, such as a classifier of other classes: not used. */
  readonly leftOver: readonly string[];
  /** Before torchvision's names in the file, such as `module.encoder_q.`; mostly ''. */
  readonly prefix: string;
  /** The file's own words about itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the network's convolutions and norms from a file. Its classifier is never read, because another data set has
 * other classes. The encoder is found by structure: see find-encoder.ts. Throws WeightsError if a shape does not fit,
 * if the file has another architecture or more blocks than the network, or if nothing matches.
 */
export async function readBackbone(path: string, network: ResNet): Promise<Backbone> {
  return decodeBackbone(await readFile(path), path, network);
}

/** The notes that `writeWeights` put into a file. Throws SafetensorsError. */
export async function readWeightsNotes(path: string): Promise<Readonly<Record<string, string>>> {
  return (await readSafetensors(path)).metadata;
}

/** As `readBackbone`, of the bytes of a file; `place` is its name in messages. */
export async function decodeBackbone(bytes: Uint8Array, place: string, network: ResNet): Promise<Backbone> {
  const { tensors, metadata } = await decodeTensors(bytes, place);
  // `arch` is what PyTorch's own training examples write.
  const architecture = metadata.architecture ?? metadata.arch;
  if (architecture !== undefined && architecture !== network.name) {
    throw new WeightsError(
      `${place} holds weights of ${architecture}, but the network is ${network.name}. Set the parameter "network" ` +
        `to "${architecture}", or give other weights.`,
    );
  }
  const wanted = stateDictShapes(network);
  const names = Object.keys(tensors);
  const encoder = findEncoder(names, [...wanted.keys()]);
  if (encoder === undefined) {
    throw new WeightsError(
      `${place} holds no tensor of ${network.name}. Wanted torchvision's names (conv1.weight, ...), with any ` +
        `prefix, found ${shortList(names) || 'none'}.`,
    );
  }
  refuseMoreBlocks(names, encoder, place, network);
  const given = fittingTensors(tensors, encoder, wanted, place, network);
  const used = new Set(encoder.nameOf.values());
  return {
    given,
    match: {
      matched: Object.keys(given),
      missing: [...wanted.keys()].filter((name) => !encoder.nameOf.has(name)),
      leftOver: names.filter((name) => !used.has(name) && !name.endsWith('.num_batches_tracked')),
      prefix: encoder.prefix,
      metadata,
    },
  };
}

/** The tensors of the encoder, as tfjs lays them out. */
function fittingTensors(
  tensors: Readonly<Record<string, HostTensor>>,
  { nameOf }: Encoder,
  wanted: ReadonlyMap<string, readonly number[]>,
  place: string,
  network: ResNet,
): KnownTensors {
  const given: Record<string, HostTensor<'float32'>> = {};
  const misfits: string[] = [];
  for (const [name, shape] of wanted) {
    const found = tensors[nameOf.get(name) ?? ''];
    if (found === undefined) continue;
    if (!isFloat(found)) misfits.push(`${name} holds ${found.dtype} values`);
    else if (!equal(found.shape, shape))
      misfits.push(`${name} is [${found.shape.join(', ')}], wanted [${shape.join(', ')}]`);
    else {
      const broken = countNotFinite(found);
      if (broken > 0) misfits.push(`${name} holds NaN or infinity (${broken} of ${found.data.length} values)`);
      else given[name] = fromTorchvision(found);
    }
  }
  if (misfits.length === 0) return given;
  const oneChannel = tensors[nameOf.get('conv1.weight') ?? '']?.shape[1] === 1 ? ` ${ONE_CHANNEL}` : '';
  throw new WeightsError(
    `${place} does not fit ${network.name} with the ${network.stem} stem: ${shortList(misfits)}.${oneChannel}`,
  );
}

function countNotFinite({ data }: HostTensor<'float32'>): number {
  let count = 0;
  for (const value of data) if (!Number.isFinite(value)) count++;
  return count;
}

const ONE_CHANNEL =
  'The first layer is for gray images. The stage pretext-study/stages/spread-gray spreads it over RGB: docs/starts.md ' +
  'has the lines.';

/**
 * A deeper network of the same channels would fit by name and shape, and lose the blocks that the network lacks. Stages
 * that the network lacks as a whole are left over, as the classifier is.
 */
function refuseMoreBlocks(names: readonly string[], { prefix, nameOf }: Encoder, place: string, network: ResNet): void {
  const used = new Set(nameOf.values());
  // `layer1.0.conv1.weight` -> `layer1`; in a numbered sequence `4.0.conv1.weight` -> `4`.
  const stageOf = (name: string): string | undefined =>
    name.startsWith(prefix) ? /^(?:layer\d+|\d+)(?=\.\d+\.)/.exec(name.slice(prefix.length))?.[0] : undefined;
  const stages = new Set([...used].map(stageOf));
  const blocks = names.filter((name) => {
    const stage = stageOf(name);
    return stage !== undefined && stages.has(stage) && !used.has(name) && !name.endsWith('.num_batches_tracked');
  });
  if (blocks.length === 0) return;
  const layers = layerNames(blocks.map((name) => name.slice(prefix.length)));
  throw new WeightsError(
    `${place} holds layers that ${network.name} lacks: ${shortList(layers)}. They are of a deeper network, or of ` +
      'one with other blocks. Set the parameter "network" to it, or give other weights.',
  );
}

/**
 * Writes parameters and running statistics as torchvision would hold them, float32. Throws WeightsError if a value is
 * NaN or infinite.
 */
export async function writeWeights(
  path: string,
  { params, stats }: Model<HostTensor<'float32'>>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const tensors = Object.entries({ ...params, ...stats }).map(([name, tensor]) => {
    const broken = countNotFinite(tensor);
    if (broken > 0)
      throw new WeightsError(
        `Training ended with weights that are not finite: ${name} holds NaN or infinity (${broken} of ` +
          `${tensor.data.length} values). A lower learning rate ("learningRate") or a longer warm-up helps.`,
      );
    return [name, toTorchvision(tensor)] as const;
  });
  await writeSafetensors(path, Object.fromEntries(tensors), metadata);
}

/** Layers by name: the tensors of one layer count once (`layer4.0.conv1`, not `layer4.0.conv1.weight`). */
export function layerNames(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.slice(0, name.lastIndexOf('.'))))];
}

/** Shapes as torchvision stores them, in the order of its state dictionary. */
export function stateDictShapes(network: ResNet): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  for (const { convolution, norm, kernel, input, output } of convNormsOf(network)) {
    shapes.set(`${convolution}.weight`, [output, input, kernel, kernel]);
    for (const part of ['weight', 'bias', 'running_mean', 'running_var']) shapes.set(`${norm}.${part}`, [output]);
  }
  return shapes;
}

const isFloat = (tensor: HostTensor): tensor is HostTensor<'float32'> => tensor.dtype === 'float32';

const equal = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, axis) => side === b[axis]);

function shortList(items: readonly string[], most = 5): string {
  const shown = items.slice(0, most).join('; ');
  return items.length > most ? `${shown}; and ${items.length - most} more` : shown;
}
