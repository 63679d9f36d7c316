/**
 * Weights files under torchvision's names: safetensors and torch's own are read, also partial ones; safetensors are
 * written.
 */
import { readTensors } from '../../tensor/read-tensors.ts';
import { writeSafetensors } from '../../tensor/safetensors.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import type { KnownTensors } from './initialize.ts';
import { fromTorchvision, toTorchvision } from './layout.ts';
import { convNormsOf, type ResNet } from './resnet.ts';
import type { Model } from './variables.ts';

/** A weights file that does not fit: the message gives finding, expectation and remedy. */
export class WeightsError extends Error {
  override name = 'WeightsError';
}

/** The tensors of a network that a file provided. All skipped and initialized tensors are listed here. */
interface Match {
  readonly matched: readonly string[];
  /** Tensors of the network that the file lacks: initialized at random. */
  readonly missing: readonly string[];
  /** Tensors of the file without a place in the network, such as a classifier of other classes: not used. */
  readonly leftOver: readonly string[];
  /** The file's own words about itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads the network's convolutions and norms from a file. Its classifier is never read, because another data set has
 * other classes. Throws WeightsError if a shape does not fit, if the file has another architecture, or if nothing
 * matches.
 */
export async function readBackbone(path: string, network: ResNet): Promise<{ given: KnownTensors; match: Match }> {
  const { tensors, metadata } = await readTensors(path);
  // `arch` is the key in PyTorch's own training examples.
  const architecture = metadata.architecture ?? metadata.arch;
  if (architecture !== undefined && architecture !== network.name) {
    throw new WeightsError(
      `${path} holds weights of ${architecture}, but the network is ${network.name}. Set the parameter "network" to "${architecture}", or give other weights.`,
    );
  }
  const wanted = stateDictShapes(network);
  const given: Record<string, HostTensor<'float32'>> = {};
  const misfits: string[] = [];
  const missing: string[] = [];
  for (const [name, shape] of wanted) {
    const found = tensors[name];
    if (found === undefined) missing.push(name);
    else if (!isFloat(found)) misfits.push(`${name} holds ${found.dtype} values`);
    else if (!equal(found.shape, shape))
      misfits.push(`${name} is [${found.shape.join(', ')}], wanted [${shape.join(', ')}]`);
    else given[name] = fromTorchvision(found);
  }
  if (misfits.length > 0)
    throw new WeightsError(
      `${path} does not fit ${network.name} with the ${network.stem} stem: ${shortList(misfits)}.`,
    );
  const matched = Object.keys(given);
  if (matched.length === 0) {
    throw new WeightsError(
      `${path} holds no tensor of ${network.name}. Wanted torchvision's names (conv1.weight, ...), found ${shortList(Object.keys(tensors)) || 'none'}.`,
    );
  }
  const leftOver = Object.keys(tensors).filter((name) => !wanted.has(name) && !name.endsWith('.num_batches_tracked'));
  return { given, match: { matched, missing, leftOver, metadata } };
}

/** Writes parameters and running statistics as torchvision would hold them, float32. */
export async function writeWeights(
  path: string,
  { params, stats }: Model<HostTensor<'float32'>>,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  const tensors = Object.entries({ ...params, ...stats }).map(
    ([name, tensor]) => [name, toTorchvision(tensor)] as const,
  );
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
