/** A trained classifier from a weights file: network, body and head, as fine-tuning wrote it. */
import { readTensors } from '../../tensor/read-tensors.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { CLASSIFIER_NAME } from './heads.ts';
import { initializeResNet } from './initialize.ts';
import { NETWORK_NAMES, resnet, resnetStructure, type NetworkName, type ResNet, type Stem } from './resnet.ts';
import type { Model } from './variables.ts';
import { layerNames, readBackbone, WeightsError } from './weights.ts';

interface Classifier {
  readonly network: ResNet;
  readonly model: Model<HostTensor<'float32'>>;
}

/** Throws WeightsError if the file does not name its network and classes, is incomplete, or has other classes. */
export async function readClassifier(path: string, classes: readonly string[]): Promise<Classifier> {
  const { tensors, metadata } = await readTensors(path);
  const { architecture, stem } = metadata;
  if (!isNetwork(architecture) || !isStem(stem) || metadata.classes === undefined) {
    throw new WeightsError(
      `${path} does not name its network and classes ("architecture", "stem", "classes"). Use a file that a ` +
        'fine-tuning stage wrote.',
    );
  }
  if (metadata.classes !== classes.join(',')) {
    throw new WeightsError(
      `${path} tells apart ${metadata.classes}, but the classes of the data set are ${classes.join(',')}. A ` +
        'classifier of the same classes is needed.',
    );
  }
  const network = resnet(architecture, stem);
  const { given, match } = await readBackbone(path, network);
  if (match.missing.length > 0)
    throw new WeightsError(
      `${path} has no ${layerNames(match.missing).join(', ')}: a whole ${network.name} is needed.`,
    );
  const { params, stats } = initializeResNet(network, ['given'], { given });
  const shapes = {
    [`${CLASSIFIER_NAME}.weight`]: [classes.length, resnetStructure(network).features],
    [`${CLASSIFIER_NAME}.bias`]: [classes.length],
  };
  const head = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, floats(path, name, tensors[name], shape)]),
  );
  return { network, model: { params: { ...params, ...head }, stats } };
}

function floats(
  path: string,
  name: string,
  tensor: HostTensor | undefined,
  shape: readonly number[],
): HostTensor<'float32'> {
  if (tensor?.dtype === 'float32' && String(tensor.shape) === String(shape)) return tensor as HostTensor<'float32'>;
  const found = tensor === undefined ? 'is missing' : `is ${tensor.dtype} [${tensor.shape.join(', ')}]`;
  throw new WeightsError(
    `${path} is no classifier of these classes: ${name} ${found}, wanted float32 [${shape.join(', ')}].`,
  );
}

const isNetwork = (name: string | undefined): name is NetworkName => NETWORK_NAMES.includes(name as NetworkName);
const isStem = (name: string | undefined): name is Stem => name === 'imagenet' || name === 'cifar';
