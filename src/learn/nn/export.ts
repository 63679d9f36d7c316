/** A trained classifier for programs other than this one. */
import * as tf from '@tensorflow/tfjs-core';
import { exportOnnx, type ExportedModel } from '../../tensor/onnx/export.ts';
import { toTfjs, uint8, type HostTensor } from '../../tensor/index.ts';
import { encodeTorch } from '../../tensor/torch/write.ts';
import { resnetForward } from './forward.ts';
import { linearClassifier } from './heads.ts';
import { toTorchvision } from './layout.ts';
import type { ResNet } from './resnet.ts';
import { normalize } from './normalize.ts';
import type { Model } from './variables.ts';

type HostModel = Model<HostTensor<'float32'>>;

/**
 * A file for `torch.load`: the state dictionary of torchvision's network of that name, `fc` of the classes included.
 */
export function encodeTorchStateDict(
  { params, stats }: HostModel,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  return encodeTorch(
    Object.fromEntries(Object.entries({ ...params, ...stats }).map(([name, tensor]) => [name, toTorchvision(tensor)])),
    metadata,
  );
}

/**
 * From uint8 images [batch, size, size, 3] (RGB) to probabilities [batch, classes]; standardization is inside.
 * `exclusive`: the classes exclude each other, so that probabilities sum to 1.
 */
export function encodeOnnxClassifier(
  network: ResNet,
  { params, stats }: HostModel,
  images: { readonly batchSize: number; readonly size: number; readonly exclusive: boolean },
): ExportedModel {
  const constants = (tensors: HostModel['params']) =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toTfjs(tensor)]));
  return exportOnnx(
    (pixels) => {
      const weights = constants(params);
      const standard = normalize(tf.mul<tf.Tensor4D>(tf.cast(pixels, 'float32'), 1 / 255));
      const { features } = resnetForward(network, weights, constants(stats), standard, { training: false });
      const logits = linearClassifier(weights, features);
      return images.exclusive ? tf.softmax(logits) : tf.sigmoid(logits);
    },
    uint8([images.batchSize, images.size, images.size, 3]),
  );
}
