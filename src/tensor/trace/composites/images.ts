/** Operations on images [N, H, W, C]. */
import * as tf from '@tensorflow/tfjs-core';
import { sumOverNeighborChannels, type LocalResponseAttributes } from '../../gradients/images.ts';
import { imageSides } from '../../graph/sides.ts';
import { sizeOf } from '../../host-tensor.ts';
import { bilinearMap, nearestMap, resizeImages, type ResizeAttributes } from '../../resizing.ts';
import { composite, type CompositeTable, type InputTensors } from './composite.ts';
import { cropAndResize } from './crop-and-resize.ts';

interface RotateAttributes {
  readonly radians: number;
  readonly fillValue: number | readonly [number, number, number];
  readonly center: number | [number, number];
}

/** The nearest pixel. The angle and the center are numbers, so the indices are constants. */
function rotate({ image }: InputTensors<'image'>, { radians, fillValue, center }: RotateAttributes): tf.Tensor {
  const { batch, height, width, channels } = imageSides(image.shape);
  const indices = rotatedIndices(height, width, radians, tf.backend_util.getImageCenter(center, height, width));
  const pixels = tf.gather(
    tf.reshape(image, [batch, height * width, channels]),
    tf.tensor1d(
      indices.map((index) => index ?? 0),
      'int32',
    ),
    1,
  );
  const isInside = tf.tensor(
    indices.map((index) => index !== null),
    [1, height * width, 1],
    'bool',
  );
  const fill =
    typeof fillValue === 'number'
      ? tf.fill([1, 1, channels], fillValue)
      : tf.tensor3d([[Array.from({ length: channels }, (_, i) => fillValue[i] ?? 255)]]);
  return tf.reshape(tf.where(isInside, pixels, tf.cast(fill, image.dtype)), image.shape);
}

/** The number of the source pixel of every pixel; null outside of the image. */
function rotatedIndices(
  height: number,
  width: number,
  radians: number,
  [centerX, centerY]: readonly [number, number],
): (number | null)[] {
  const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
  return Array.from({ length: height * width }, (_, at) => {
    const [x, y] = [(at % width) - centerX, Math.floor(at / width) - centerY];
    const [column, row] = [Math.round(x * cosine - y * sine + centerX), Math.round(x * sine + y * cosine + centerY)];
    return column >= 0 && column < width && row >= 0 && row < height ? row * width + column : null;
  });
}

function depthToSpace({ x }: InputTensors<'x'>, { blockSize: block }: { readonly blockSize: number }): tf.Tensor {
  const { batch, height, width, channels } = imageSides(x.shape);
  const rest = channels / block ** 2;
  const parts = tf.transpose(tf.reshape(x, [batch, height, width, block, block, rest]), [0, 1, 3, 2, 4, 5]);
  return tf.reshape(parts, [batch, height * block, width * block, rest]);
}

interface SpaceToBatchAttributes {
  readonly blockShape: number[];
  readonly paddings: readonly [number, number][];
}

function spaceToBatch({ x }: InputTensors<'x'>, { blockShape, paddings }: SpaceToBatchAttributes): tf.Tensor {
  const block = sizeOf(blockShape);
  const untouched = x.shape.slice(1 + blockShape.length);
  const padded = tf.pad(x, [[0, 0], ...paddings, ...untouched.map((): [number, number] => [0, 0])]);
  const reshaped = tf.reshape(padded, tf.backend_util.getReshaped(padded.shape, blockShape, block, false));
  const permuted = tf.transpose(reshaped, tf.backend_util.getPermuted(reshaped.shape.length, blockShape.length, false));
  return tf.reshape(permuted, tf.backend_util.getReshapedPermuted(padded.shape, blockShape, block, false));
}

interface BatchToSpaceAttributes {
  readonly blockShape: number[];
  readonly crops: [number, number][];
}

function batchToSpace({ x }: InputTensors<'x'>, { blockShape, crops }: BatchToSpaceAttributes): tf.Tensor {
  const block = sizeOf(blockShape);
  const reshaped = tf.reshape(x, tf.backend_util.getReshaped(x.shape, blockShape, block));
  const shape = tf.backend_util.getReshapedPermuted(x.shape, blockShape, block);
  const order = tf.backend_util.getPermuted(reshaped.shape.length, blockShape.length);
  const permuted = tf.reshape(tf.transpose(reshaped, order), shape);
  const begin = tf.backend_util.getSliceBeginCoords(crops, blockShape.length);
  return tf.slice(permuted, begin, tf.backend_util.getSliceSize(shape, crops, blockShape.length));
}

const floats = (images: tf.Tensor): tf.Tensor => tf.cast(images, 'float32');

export const IMAGE_COMPOSITES: CompositeTable = {
  ResizeBilinear: composite(['images'], ({ images }, attributes: ResizeAttributes) =>
    resizeImages(floats(images), bilinearMap, attributes),
  ),
  ResizeNearestNeighbor: composite(['images'], ({ images }, attributes: ResizeAttributes) =>
    tf.cast(resizeImages(floats(images), nearestMap, attributes), images.dtype),
  ),
  CropAndResize: cropAndResize,
  FlipLeftRight: composite(['image'], ({ image }) => tf.reverse(image, 2)),
  RotateWithOffset: composite(['image'], rotate),
  DepthToSpace: composite(['x'], depthToSpace),
  SpaceToBatchND: composite(['x'], spaceToBatch),
  BatchToSpaceND: composite(['x'], batchToSpace),
  LRN: composite(['x'], ({ x }, { depthRadius, bias, alpha, beta }: LocalResponseAttributes) =>
    tf.mul(x, tf.pow(tf.add(tf.mul(sumOverNeighborChannels(tf.square(x), depthRadius), alpha), bias), -beta)),
  ),
};
