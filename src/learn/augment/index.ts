/** Augmentation: the parameters of an augmentation are drawn here on the host, and applied in the compiled step. */
export { AUGMENTATIONS, namedAugmentation, type Augmentation, type AugmentationName } from './augmentation.ts';
export { viewParamSpecs, type ViewParams } from './view-params.ts';
export { sampleViewParams } from './sample-view-params.ts';
export { augment } from './augment.ts';
export { augmentMasks } from './augment-masks.ts';
export { sampleGeometries, type Draw, type Geometry } from './geometry.ts';
export { moveBox } from './move-box.ts';
