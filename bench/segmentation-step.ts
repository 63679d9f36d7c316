/**
 * The training step of a U-Net that benchmarks measure: forward, backward and SGD with momentum, without augmentation.
 */
import { initializeResNet, initializeUnetDecoder } from '../src/learn/nn/initialize.ts';
import { resnet } from '../src/learn/nn/resnet.ts';
import { compileStep } from '../src/learn/train/compile-step.ts';
import { segmentationStep } from '../src/learn/train/segmentation.ts';
import { float32, uint8, type Engine, type Precision } from '../src/tensor/index.ts';
import { random } from '../src/util/random.ts';
import { SGD, type StepSize } from './classification-step.ts';

const CLASSES = 2;

export function compileSegmentation(
  on: Pick<Engine, 'compile'>,
  { network, side, batch }: StepSize,
  precision: Precision,
) {
  const encoder = resnet(network);
  const body = initializeResNet(encoder, ['bench'], { zeroGamma: true });
  const decoder = initializeUnetDecoder(encoder, CLASSES, ['bench']);
  return compileStep<ReturnType<typeof drawMaskedBatch>>(
    on,
    { name: 'segmentation', precision },
    segmentationStep({ network: encoder, optimizer: SGD, classWeights: [1, 1] }),
    {
      params: { ...body.params, ...decoder.params },
      stats: { ...body.stats, ...decoder.stats },
    },
    {
      images: uint8([batch, side, side, 3]),
      masks: uint8([batch, side, side]),
      view: {},
      learningRate: float32([]),
    },
  );
}

/** A batch of noise with masks of noise, the same in every run. */
export function drawMaskedBatch({ side, batch }: StepSize) {
  const source = random('bench');
  const bytes = (shape: readonly number[], below: number) => ({
    dtype: 'uint8' as const,
    shape,
    data: Uint8Array.from({ length: shape.reduce((product, length) => product * length, 1) }, () =>
      source.integer(below),
    ),
  });
  return {
    images: bytes([batch, side, side, 3], 256),
    masks: bytes([batch, side, side], CLASSES),
    view: {},
    learningRate: { dtype: 'float32' as const, shape: [], data: Float32Array.of(0.01) },
  };
}
