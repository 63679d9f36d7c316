/** Operations on images [N, H, W, C]. */
import * as tf from '@tensorflow/tfjs-core';
import { sumOverNeighborChannels, type LocalResponseAttributes } from '../../gradients/images.ts';
import { bilinearMap, nearestMap, resizeImages, type ResizeAttributes } from '../../resizing.ts';
import { cropAndResize } from './crop-and-resize.ts';
import type { Composite, CompositeTable } from './composite.ts';

/** The nearest pixel; the angle and the centre are numbers, so that the places are constants. */
const rotate: Composite = ({ image }, attributes) => {
  const { radians, fillValue, center } = attributes as {
    radians: number;
    fillValue: number | [number, number, number];
    center: number | [number, number];
  };
  const [batch, height, width, channels] = image!.shape as [number, number, number, number];
  const [centreX, centreY] = tf.backend_util.getImageCenter(center, height, width);
  const [sine, cosine] = [Math.sin(radians), Math.cos(radians)];
  const places = Array.from({ length: height * width }, (_, at) => {
    const [x, y] = [(at % width) - centreX, Math.floor(at / width) - centreY];
    const [column, row] = [Math.round(x * cosine - y * sine + centreX), Math.round(x * sine + y * cosine + centreY)];
    return column >= 0 && column < width && row >= 0 && row < height ? row * width + column : null;
  });
  const pixels = tf.gather(
    tf.reshape(image!, [batch, height * width, channels]),
    tf.tensor1d(
      places.map((place) => place ?? 0),
      'int32',
    ),
    1,
  );
  const isInside = tf.tensor(
    places.map((place) => place !== null),
    [1, height * width, 1],
    'bool',
  );
  const fill =
    typeof fillValue === 'number'
      ? tf.fill([1, 1, channels], fillValue)
      : tf.tensor3d([[Array.from({ length: channels }, (_, i) => fillValue[i] ?? 255)]]);
  return tf.reshape(tf.where(isInside, pixels, tf.cast(fill, image!.dtype)), image!.shape);
};

const depthToSpace: Composite = ({ x }, { blockSize }) => {
  const block = blockSize as number;
  const [batch, height, width, depth] = x!.shape as [number, number, number, number];
  const rest = depth / block ** 2;
  return tf.reshape(tf.transpose(tf.reshape(x!, [batch, height, width, block, block, rest]), [0, 1, 3, 2, 4, 5]), [
    batch,
    height * block,
    width * block,
    rest,
  ]);
};

const spaceToBatch: Composite = ({ x }, attributes) => {
  const { blockShape, paddings } = attributes as { blockShape: number[]; paddings: [number, number][] };
  const block = blockShape.reduce((a, b) => a * b, 1);
  const untouched = x!.shape.slice(1 + blockShape.length);
  const padded = tf.pad(x!, [[0, 0], ...paddings, ...untouched.map((): [number, number] => [0, 0])]);
  const reshaped = tf.reshape(padded, tf.backend_util.getReshaped(padded.shape, blockShape, block, false));
  const permuted = tf.transpose(reshaped, tf.backend_util.getPermuted(reshaped.shape.length, blockShape.length, false));
  return tf.reshape(permuted, tf.backend_util.getReshapedPermuted(padded.shape, blockShape, block, false));
};

const batchToSpace: Composite = ({ x }, attributes) => {
  const { blockShape, crops } = attributes as { blockShape: number[]; crops: [number, number][] };
  const block = blockShape.reduce((a, b) => a * b, 1);
  const reshaped = tf.reshape(x!, tf.backend_util.getReshaped(x!.shape, blockShape, block));
  const shape = tf.backend_util.getReshapedPermuted(x!.shape, blockShape, block);
  const permuted = tf.reshape(
    tf.transpose(reshaped, tf.backend_util.getPermuted(reshaped.shape.length, blockShape.length)),
    shape,
  );
  return tf.slice(
    permuted,
    tf.backend_util.getSliceBeginCoords(crops, blockShape.length),
    tf.backend_util.getSliceSize(shape, crops, blockShape.length),
  );
};

const floats = (images: tf.Tensor): tf.Tensor => tf.cast(images, 'float32');

export const IMAGE_COMPOSITES: CompositeTable = {
  ResizeBilinear: ({ images }, attributes) =>
    resizeImages(floats(images!), bilinearMap, attributes as unknown as ResizeAttributes),
  ResizeNearestNeighbor: ({ images }, attributes) =>
    tf.cast(resizeImages(floats(images!), nearestMap, attributes as unknown as ResizeAttributes), images!.dtype),
  CropAndResize: cropAndResize,
  FlipLeftRight: ({ image }) => tf.reverse(image!, 2),
  RotateWithOffset: rotate,
  DepthToSpace: depthToSpace,
  SpaceToBatchND: spaceToBatch,
  BatchToSpaceND: batchToSpace,
  LRN: ({ x }, attributes) => {
    const { depthRadius, bias, alpha, beta } = attributes as unknown as LocalResponseAttributes;
    return tf.mul(x!, tf.pow(tf.add(tf.mul(sumOverNeighborChannels(tf.square(x!), depthRadius), alpha), bias), -beta));
  },
};
