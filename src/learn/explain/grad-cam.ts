/**
 * Grad-CAM: the regions of an image that support a class.
 *
 * R. Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", ICCV 2017,
 * equations 1 and 2: channels of activations, weighted by the mean gradient of the class's logit, summed and rectified.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Engine } from '../../tensor/engine.ts';
import { int32, uint8, type HostTensor } from '../../tensor/host-tensor.ts';
import { valueAndGrads } from '../../tensor/index.ts';
import { resnetForward } from '../nn/forward.ts';
import { linearClassifier } from '../nn/heads.ts';
import { resnetStructure, type ResNet } from '../nn/resnet.ts';
import { normalize } from '../nn/normalize.ts';
import type { Variables } from '../nn/variables.ts';
import type { HostModel } from '../train/loop.ts';
import { at, field, last } from '../../util/known.ts';

/** The layer of the activations. */
export interface CamLayer {
  /** `layer3`, as torchvision calls a stage of the network. */
  readonly name: string;
  /** Position of the stage's last block among all blocks. */
  readonly block: number;
  /** Side of its activations. */
  readonly side: number;
  readonly channels: number;
}

const SMALLEST_SIDE = 4;

/**
 * The deepest stage with at least 4 x 4 positions. In a ResNet-18 at 64 px the last stage has 2 x 2, too few to locate
 * anything. For smaller images, the deepest of all.
 */
export function camLayer(network: ResNet, size: number): CamLayer {
  const layers = layersOf(network, size);
  return layers.findLast(({ side }) => side >= SMALLEST_SIDE) ?? last(layers);
}

function layersOf(network: ResNet, size: number): CamLayer[] {
  const { stem, pool, blocks } = resnetStructure(network);
  const halved = (side: number, stride: number) => Math.ceil(side / stride);
  let side = halved(halved(size, stem.stride), pool ? 2 : 1);
  let block = -1;
  return network.blocks.map((count, stage) => {
    if (stage > 0) side = halved(side, 2);
    block += count;
    return { name: `layer${stage + 1}`, block, side, channels: last(at(blocks, block).main).output };
  });
}

export interface GradCam {
  /** One map [side, side] after the other, not negative: image i about class i. */
  of(images: HostTensor<'uint8'>, classes: readonly number[]): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * For batches of `batch` images of `size` pixels. Batch normalization uses the running statistics, so images do not
 * affect each other.
 */
export async function compileGradCam(
  engine: Engine,
  { network, model }: { network: ResNet; model: HostModel },
  layer: CamLayer,
  { batch, size }: { batch: number; size: number },
): Promise<GradCam> {
  const columns = at(field(model.params, 'fc.bias').shape, 0);
  const step = await engine.compile(
    ({
      state,
      inputs,
    }: {
      state: { params: Variables<tf.Tensor>; stats: Variables<tf.Tensor> };
      inputs: { images: tf.Tensor; classes: tf.Tensor };
    }) => {
      const pixels = normalize(tf.mul(tf.cast(inputs.images, 'float32'), 1 / 255));
      // A gradient at the activations is one for zeros that are added to them.
      const nudge = tf.zeros([batch, layer.side, layer.side, layer.channels]);
      const { aux, gradients } = valueAndGrads(
        (zeros) => {
          let activations = nudge;
          const behind = (block: number, x: tf.Tensor4D): tf.Tensor4D => {
            if (block !== layer.block) return x;
            activations = x;
            return tf.add(x, zeros.nudge);
          };
          const { features } = resnetForward(network, state.params, state.stats, pixels, { training: false, behind });
          const asked = tf.oneHot(tf.cast(inputs.classes, 'int32'), columns);
          return { value: tf.sum(tf.mul(linearClassifier(state.params, features), asked)), aux: { activations } };
        },
        { nudge },
      );
      const weights = tf.mean(gradients.nudge, [1, 2], true); // [B, 1, 1, C]
      return { state, outputs: { maps: tf.relu(tf.sum(tf.mul(weights, aux.activations), 3)) } };
    },
    {
      state: { params: model.params, stats: model.stats },
      inputs: { images: uint8([batch, size, size, 3]), classes: int32([batch]) },
    },
    { name: 'grad-cam' },
  );
  return {
    of: async (images, classes) => {
      const { maps } = await step.run({
        images,
        classes: { dtype: 'int32', shape: [batch], data: Int32Array.from(classes) },
      });
      return maps.data as Float32Array;
    },
    dispose: () => step.dispose(),
  };
}
