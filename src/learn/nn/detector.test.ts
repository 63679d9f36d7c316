/** The detector against PyTorch on the same weights (scripts/golden/centernet.py). */
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { detectionLoss } from '../train/detection.ts';
import { detectorForward } from './detector-forward.ts';
import {
  differentiated,
  expectDensePass,
  golden,
  goldenModel,
  values,
  type GoldenCase,
} from './golden.test-support.ts';
import { initializeDetector, initializeResNet } from './initialize.ts';
import { resnet } from './resnet.ts';

const CLASSES = 2;

interface Golden extends GoldenCase {
  readonly names: readonly string[];
}

/** The targets of the script, as constants of the graph. */
function targets(batch: number, cells: number) {
  const drawn = (name: string, channels: number): Float32Array => values(name, [batch, cells, cells, channels]).data;
  const centers = drawn('centers', CLASSES).map((value) => ((value + 1) / 2 > 0.975 ? 1 : (value + 1) / 2));
  const boxes = drawn('boxes', 1);
  const weights = Float32Array.from({ length: 2 * boxes.length }, (_, i) => {
    const cell = i >> 1;
    const has = centers[CLASSES * cell] === 1 || centers[CLASSES * cell + 1] === 1;
    return Number(has && (i % 2 === 0 || boxes[cell]! > 0));
  });
  return () => ({
    centers: tf.tensor4d(centers, [batch, cells, cells, CLASSES]),
    places: tf.tensor4d(drawn('places', 4), [batch, cells, cells, 4]),
    weights: tf.tensor4d(weights, [batch, cells, cells, 2]),
  });
}

const cases: [string, 'training' | 'evaluation'][] = [
  ['detector-resnet18-64', 'training'],
  ['detector-resnet18-64', 'evaluation'],
  ['detector-resnet18-28', 'evaluation'],
];
test.each(cases)(
  '%s has the maps, loss and gradients of PyTorch (%s)',
  async (file, mode) => {
    const wanted = golden(file) as Golden;
    const { network: name, batch, size } = wanted;
    const network = resnet(name);
    const targetsOf = targets(batch, size / 2);
    const { logits, loss, gradients } = await differentiated(
      goldenModel(initializeResNet(network, ['golden']), initializeDetector(network, CLASSES, ['golden'])),
      (params, before, { images }) => {
        const { maps, stats } = detectorForward(network, CLASSES, params, before, images, mode === 'training');
        return { loss: detectionLoss(maps, targetsOf(), [1, 1]).loss, logits: maps, stats };
      },
      {
        images: values(wanted.images, [batch, size, size, 3]),
        labels: { dtype: 'int32', shape: [1], data: Int32Array.of(0) },
      },
    );
    expect(logits.shape).toEqual([batch, size / 2, size / 2, CLASSES + 4]);
    expectDensePass({ logits, loss, gradients }, wanted, mode);
  },
  120_000,
);
