/** Two layouts of the same convolution: torchvision's on disk, tfjs's in memory. Other tensors are the same in both. */
import type { HostTensor } from '../../tensor/host-tensor.ts';

/** [output, input, height, width] to [height, width, input, output]. */
export const fromTorchvision = (tensor: HostTensor<'float32'>): HostTensor<'float32'> =>
  tensor.shape.length === 4 ? permute(tensor, [2, 3, 1, 0]) : tensor;

/** [height, width, input, output] to [output, input, height, width]. */
export const toTorchvision = (tensor: HostTensor<'float32'>): HostTensor<'float32'> =>
  tensor.shape.length === 4 ? permute(tensor, [3, 2, 0, 1]) : tensor;

function permute(
  { shape, data }: HostTensor<'float32'>,
  order: readonly [number, number, number, number],
): HostTensor<'float32'> {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const sides = order.map((axis) => shape[axis] ?? 0) as [number, number, number, number];
  const steps = order.map((axis) => strides[axis] ?? 0) as [number, number, number, number];
  const permuted = new Float32Array(data.length);
  let at = 0;
  for (let a = 0; a < sides[0]; a++)
    for (let b = 0; b < sides[1]; b++)
      for (let c = 0; c < sides[2]; c++) {
        const from = a * steps[0] + b * steps[1] + c * steps[2];
        for (let d = 0; d < sides[3]; d++) permuted[at++] = data[from + d * steps[3]] ?? 0;
      }
  return { dtype: 'float32', shape: sides, data: permuted };
}
