/** A trained classifier for programs other than this one. */
import * as tf from '@tensorflow/tfjs-core';
import { exportOnnx, type ExportedModel } from '../../tensor/onnx/export.ts';
import { toTfjs, uint8, type HostTensor } from '../../tensor/index.ts';
import { encodeTorch } from '../../tensor/torch/write.ts';
import { forward } from './forward.ts';
import { classify } from './heads.ts';
import { toTorchvision } from './layout.ts';
import type { ResNet } from './resnet.ts';
import { standardise } from './standardise.ts';
import type { Model } from './variables.ts';

type HostModel = Model<HostTensor<'float32'>>;

/** A file for `torch.load`: the state dictionary of torchvision's network of that name, `fc` of the classes included. */
export function torchFile({ params, stats }: HostModel, metadata: Readonly<Record<string, string>>): Uint8Array {
  return encodeTorch(
    Object.fromEntries(Object.entries({ ...params, ...stats }).map(([name, tensor]) => [name, toTorchvision(tensor)])),
    metadata,
  );
}

/** From uint8 images [batch, size, size, 3] (RGB) to probabilities [batch, classes]; standardisation is inside. */
export function onnxFile(
  network: ResNet,
  { params, stats }: HostModel,
  images: { readonly batch: number; readonly size: number },
): ExportedModel {
  const constants = (tensors: HostModel['params']) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toTfjs(tensor)]));
  return exportOnnx(
    (pixels) => {
      const weights = constants(params);
      const standard = standardise(tf.mul<tf.Tensor4D>(tf.cast(pixels, 'float32'), 1 / 255));
      return tf.softmax(
        classify(weights, forward(network, weights, constants(stats), standard, { training: false }).features),
      );
    },
    uint8([images.batch, images.size, images.size, 3]),
  );
}
