/**
 * All gradients: tfjs's own, and in front of them those that it lacks or has only for some cases.
 *
 * Here they replace: what broadcasts (maximum, minimum, squaredDifference, batches of matMul), dilated convolutions, cumsum along
 * an axis that is not the last, products over several or negative axes, tiling of more than four axes, mirrored padding,
 * resizing about half pixels, gathering in more than one batch axis. Here they are new: einsum, topk, stridedSlice, gatherND,
 * scatterND, depthToSpace, diag.
 */
import '#tfjs-gradients';
import * as tf from '@tensorflow/tfjs-core';
import type { GradientTable } from './config.ts';
import { BROADCASTING } from './broadcasting.ts';
import { CONVOLUTIONS } from './convolutions.ts';
import { IMAGES } from './images.ts';
import { PICKING } from './picking.ts';
import { PRODUCTS } from './products.ts';
import { RUNNING } from './running.ts';

const OWN: GradientTable = { ...BROADCASTING, ...CONVOLUTIONS, ...IMAGES, ...PICKING, ...PRODUCTS, ...RUNNING };

for (const [kernelName, { saved, of }] of Object.entries(OWN)) {
  tf.registerGradient({
    kernelName,
    ...(saved === 'all' ? { saveAllInputs: true } : { inputsToSave: [...saved] }),
    gradFunc: (dy, kept, attributes) => of(dy as tf.Tensor, kept, attributes),
  });
}
