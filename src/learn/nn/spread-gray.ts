/** A network for gray images as one for RGB: its first layer gives the same answer for an image without color. */
import { decodeTensors } from '../../tensor/read-tensors.ts';
import { writeSafetensors } from '../../tensor/safetensors.ts';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { at } from '../../util/known.ts';
import { findEncoder } from './find-encoder.ts';
import type { ResNet } from './resnet.ts';
import { stateDictShapes, WeightsError } from './weights.ts';

const FIRST = 'conv1.weight';

/**
 * Writes the encoder of a weights file under torchvision's names, its first layer [output, 1, height, width] spread
 * over three channels, a third to each. Throws WeightsError if the file has no such layer.
 */
export async function spreadGray(bytes: Uint8Array, file: string, network: ResNet, path: string): Promise<void> {
  const { tensors, metadata } = await decodeTensors(bytes, file);
  const encoder = findEncoder(Object.keys(tensors), [...stateDictShapes(network).keys()]);
  const first = tensors[encoder?.nameOf.get(FIRST) ?? ''];
  if (encoder === undefined || first?.dtype !== 'float32' || first.shape[1] !== 1)
    throw new WeightsError(
      `${file} has no first layer for gray images: ${FIRST} is ` +
        `${first === undefined ? 'missing' : `[${first.shape.join(', ')}]`}, [output, 1, height, width] is expected. A ` +
        'file with three channels is a start as it is.',
    );
  const found = [...encoder.nameOf].flatMap(([name, own]) => {
    const tensor = tensors[own];
    return tensor === undefined
      ? []
      : [[name, name === FIRST ? spread(first as HostTensor<'float32'>) : tensor] as const];
  });
  await writeSafetensors(path, Object.fromEntries(found), metadata);
}

/** [output, 1, height, width] to [output, 3, height, width]. */
function spread({ shape, data }: HostTensor<'float32'>): HostTensor<'float32'> {
  const [output, , height, width] = shape as [number, number, number, number];
  const area = height * width;
  const spreadData = Float32Array.from(
    { length: output * 3 * area },
    (_, i) => at(data, Math.floor(i / (3 * area)) * area + (i % area)) / 3,
  );
  return { dtype: 'float32', shape: [output, 3, height, width], data: spreadData };
}
