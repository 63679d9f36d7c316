/**
 * All gradients: tfjs's own, and in front of them those that it lacks or has only for some cases.
 *
 * Replaced gradients: broadcasting operations (maximum, minimum, squaredDifference, batches of matMul), dilated
 * convolutions, cumsum along an axis that is not the last, products over several or negative axes, tiling of more than
 * four axes, mirrored padding, resizing about half pixels, gathering in more than one batch axis. New gradients:
 * einsum, topk, stridedSlice, gatherND, scatterND, depthToSpace, diag.
 */
import '#tfjs-gradients';
import * as tf from '@tensorflow/tfjs-core';
import type { GradientTable } from './config.ts';
import { BROADCAST_GRADIENTS } from './broadcasting.ts';
import { CONVOLUTION_GRADIENTS } from './convolutions.ts';
import { IMAGE_GRADIENTS } from './images.ts';
import { GATHER_GRADIENTS } from './gather.ts';
import { PRODUCT_GRADIENTS } from './products.ts';
import { SCAN_GRADIENTS } from './scans.ts';

const OWN: GradientTable = {
  ...BROADCAST_GRADIENTS,
  ...CONVOLUTION_GRADIENTS,
  ...IMAGE_GRADIENTS,
  ...GATHER_GRADIENTS,
  ...PRODUCT_GRADIENTS,
  ...SCAN_GRADIENTS,
};

for (const [kernelName, { saved, of }] of Object.entries(OWN)) {
  tf.registerGradient({
    kernelName,
    ...(saved === 'all' ? { saveAllInputs: true } : { inputsToSave: [...saved] }),
    gradFunc: (dy, kept, attributes) => of(dy as tf.Tensor, kept, attributes),
  });
}
