/** Between tensors in memory and tensors of tfjs. */
import * as tf from '@tensorflow/tfjs-core';
import type { DType, HostTensor } from './host-tensor.ts';

/** uint8 becomes int32: tfjs has no uint8. */
export function toTfjs({ dtype, shape, data }: HostTensor): tf.Tensor {
  return dtype === 'uint8'
    ? tf.tensor(Int32Array.from(data), [...shape], 'int32')
    : tf.tensor(data.slice(), [...shape], dtype);
}

export function fromTfjs(tensor: tf.Tensor): HostTensor {
  return { dtype: tensor.dtype as DType, shape: [...tensor.shape], data: tensor.dataSync().slice() };
}
