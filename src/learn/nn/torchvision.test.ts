/** The networks against torchvision on the same weights (scripts/golden/torchvision_resnets.py). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { float32, type HostTensor } from '../../tensor/host-tensor.ts';
import { openEngine } from '../../tensor/index.ts';
import { crossEntropy, oneHot } from '../train/supervised.ts';
import { resnetForward } from './forward.ts';
import { linearClassifier } from './heads.ts';
import {
  differentiated,
  expectSummaries,
  filled,
  golden,
  summary,
  values,
  type GoldenCase,
  type Summary,
} from './golden.test-support.ts';
import { fromTorchvision } from './layout.ts';
import { resnet, resnetStructure, type ResNet, type Stem } from './resnet.ts';
import { initializeResNet } from './initialize.ts';
import type { Model, Variables } from './variables.ts';
import { readBackbone, stateDictShapes } from './weights.ts';

const CLASSES = 5;
const ONES = Array<number>(CLASSES).fill(1);

interface Golden extends GoldenCase {
  readonly stem: Stem;
  readonly statistics: readonly Summary[];
}

function modelOf(network: ResNet): Model<HostTensor<'float32'>> {
  const shapes = [
    ...stateDictShapes(network),
    ['fc.weight', [CLASSES, resnetStructure(network).features]] as const,
    ['fc.bias', [CLASSES]] as const,
  ];
  const tensors = shapes.map(([name, shape]) => [name, fromTorchvision(filled(name, shape))] as const);
  const isStatistic = (name: string): boolean => name.includes('.running_');
  return {
    params: Object.fromEntries(tensors.filter(([name]) => !isStatistic(name))),
    stats: Object.fromEntries(tensors.filter(([name]) => isStatistic(name))),
  };
}

interface Found {
  readonly logits: readonly number[];
  readonly loss: number;
  readonly gradients: readonly (readonly [name: string, Summary])[];
  readonly statistics: readonly (readonly [name: string, Summary])[];
}

async function measured({ network: name, stem, images, batch, size }: Golden, training: boolean): Promise<Found> {
  const network = resnet(name, stem);
  const { logits, loss, gradients, stats } = await differentiated(
    modelOf(network),
    (params, before, inputs) => {
      const { features, stats } = resnetForward(network, params, before, inputs.images, { training });
      const logits = linearClassifier(params, features);
      return { loss: crossEntropy(logits, oneHot(inputs.labels, CLASSES), ONES), logits, stats };
    },
    {
      images: values(images, [batch, size, size, 3]),
      labels: { dtype: 'int32', shape: [batch], data: Int32Array.from({ length: batch }, (_, i) => (2 * i) % CLASSES) },
    },
  );
  const summaries = (tensors: Variables<HostTensor>) =>
    Object.entries(tensors).map(([tensor, value]) => [tensor, summary(tensor, value)] as const);
  return { logits: [...logits.data], loss, gradients: summaries(gradients), statistics: summaries(stats) };
}

const cases: [string, 'training' | 'evaluation'][] = [
  ['resnet18-imagenet', 'training'],
  ['resnet18-cifar', 'training'],
  ['resnet34-imagenet', 'evaluation'],
  ['resnet50-imagenet', 'evaluation'],
  ['resnet50-imagenet', 'training'],
];
test.each(cases)(
  '%s has the logits, gradients and statistics of torchvision (%s)',
  async (file, mode) => {
    const wanted = golden(file) as Golden;
    const found = await measured(wanted, mode === 'training');
    found.logits.forEach((logit, i) => {
      expect(logit).toBeCloseTo(wanted[mode].logits[i]!, 4);
    });
    expect(found.loss).toBeCloseTo(wanted[mode].loss, 4);
    expectSummaries(
      found.gradients,
      wanted[mode].gradients,
      mode === 'training' ? 1e-4 + 10 * wanted.sensitivity : 1e-5,
    );
    if (mode === 'training') expectSummaries(found.statistics, wanted.statistics, 1e-5);
  },
  120_000,
);

const REAL = join(import.meta.dirname, '../../../../shared/data/weights/resnet18-imagenet-stages1-3.safetensors');
test.runIf(existsSync(REAL))(
  "ImageNet's weights give torchvision's features after stage 3",
  async () => {
    const {
      batch,
      size,
      features: wanted,
    } = golden('stages1-3') as { batch: number; size: number; features: readonly number[] };
    const whole = resnet('resnet18');
    const network: ResNet = { ...whole, blocks: whole.blocks.slice(0, 3), widths: whole.widths.slice(0, 3) };
    const { given, match } = await readBackbone(REAL, network);
    expect(match.missing).toEqual([]);
    const model = initializeResNet(network, ['stages'], { given });
    const engine = await openEngine('onnxruntime', { threads: 1 });
    const step = await engine.compile(
      ({
        state,
        inputs,
      }: {
        state: { params: Variables<tf.Tensor>; stats: Variables<tf.Tensor> };
        inputs: { images: tf.Tensor };
      }) => ({
        state,
        outputs: {
          features: resnetForward(network, state.params, state.stats, inputs.images as tf.Tensor4D, { training: false })
            .features,
        },
      }),
      { state: { params: model.params, stats: model.stats }, inputs: { images: float32([batch, size, size, 3]) } },
    );
    const { features } = await step.run({ images: values('images', [batch, size, size, 3]) });
    await engine.dispose();
    expect(features.shape).toEqual([batch, 256]);
    wanted.forEach((value, i) => {
      expect(features.data[i]).toBeCloseTo(value, 4);
    });
  },
  60_000,
);
