/** The U-Net against segmentation_models.pytorch on the same weights (scripts/golden/smp_unet.py). */
import type * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { sizeOf } from '../../tensor/host-tensor.ts';
import {
  differentiated,
  expectDensePass,
  expectSummaries,
  golden,
  goldenModel,
  summary,
  values,
  type GoldenCase,
  type Summary,
} from './golden.test-support.ts';
import { initializeResNet, initializeUnetDecoder } from './initialize.ts';
import { NETWORK_NAMES, resnet } from './resnet.ts';
import { unetForward } from './unet-forward.ts';
import { unetStructure } from './unet.ts';
import { segmentationLoss } from '../train/segmentation.ts';

const CLASSES = 3;
const LOGITS = 30;

interface Golden extends GoldenCase {
  readonly names: readonly string[];
  readonly statistics: Readonly<Record<string, Summary>>;
}

function measured({ network: name, images, batch, size }: Golden, training: boolean) {
  const network = resnet(name);
  const labels = values('masks', [batch, size, size]).data.map((value) => Math.trunc(((value + 1) / 2) * CLASSES));
  return differentiated(
    goldenModel(initializeResNet(network, ['unet']), initializeUnetDecoder(network, CLASSES, ['unet'])),
    (params, before, inputs) => {
      const { logits, stats } = unetForward(network, params, before, inputs.images, training);
      const { loss } = segmentationLoss(logits, inputs.labels as tf.Tensor3D, [1, 1, 1]);
      return { loss, logits, stats };
    },
    {
      images: values(images, [batch, size, size, 3]),
      labels: { dtype: 'int32', shape: [batch, size, size], data: Int32Array.from(labels) },
    },
  );
}

const cases: [string, 'training' | 'evaluation'][] = [
  ['unet-resnet18-64', 'training'],
  ['unet-resnet18-64', 'evaluation'],
  ['unet-resnet18-28', 'training'],
  ['unet-resnet50-64', 'evaluation'],
];
test.each(cases)(
  '%s has the logits, loss, gradients and statistics of segmentation_models.pytorch (%s)',
  async (file, mode) => {
    const wanted = golden(file) as Golden;
    const { loss, logits, gradients, stats } = await measured(wanted, mode === 'training');
    expect(logits.shape).toEqual([wanted.batch, wanted.size, wanted.size, CLASSES]);
    expect(wanted[mode].logits).toHaveLength(LOGITS);
    expectDensePass({ logits, loss, gradients }, wanted, mode);
    if (mode === 'evaluation') return;
    const moved = Object.keys(wanted.statistics);
    expectSummaries(
      moved.map((name) => [name, summary(name, stats[name]!)]),
      moved.map((name) => wanted.statistics[name]!),
      1e-5,
    );
  },
  120_000,
);

test.each(NETWORK_NAMES)('every encoder activation of %s meets one block, and the widths halve', (name) => {
  const network = resnet(name);
  const { blocks, width } = unetStructure(network);
  const halvings = network.stem === 'imagenet' ? network.blocks.length + 1 : network.blocks.length - 1;
  expect(blocks).toHaveLength(halvings);
  expect(blocks.map(({ units }) => units[1].output)).toEqual(
    Array.from({ length: halvings }, (_, i) => network.widths.at(-1)! / 2 ** (i + 1)),
  );
  expect(width).toBe(blocks.at(-1)!.units[1].output);
});

test('the decoder of ResNet-18 has the parameters of segmentation_models.pytorch', () => {
  const { params } = initializeUnetDecoder(resnet('resnet18'), 1, ['count']);
  // smp.Unet('resnet18', classes=1): 14,328,209 parameters, 11,176,512 of them in the encoder.
  expect(Object.values(params).reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(14_328_209 - 11_176_512);
});
