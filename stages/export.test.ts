/** Exported weights compute the same in other programs as here. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from '#onnxruntime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeDataset } from '../src/formats/dataset.ts';
import { readClassifier } from '../src/learn/nn/classifier-weights.ts';
import { resnetForward } from '../src/learn/nn/forward.ts';
import { linearClassifier, initializeClassifier } from '../src/learn/nn/heads.ts';
import { initializeResNet } from '../src/learn/nn/initialize.ts';
import { resnet, resnetStructure } from '../src/learn/nn/resnet.ts';
import { normalize } from '../src/learn/nn/normalize.ts';
import type { Variables } from '../src/learn/nn/variables.ts';
import { writeWeights } from '../src/learn/nn/weights.ts';
import { openEngine, uint8 } from '../src/tensor/index.ts';
import { createStage } from '../src/stage/create-stage.ts';
import { random } from '../src/util/random.ts';
import exportStage from './export.ts';

const NETWORK = resnet('resnet-small');
const CLASSES = ['akiec', 'bcc', 'nv'];
const [BATCH, SIZE] = [2, 24];

let folder: string;
const file = (name: string) => path.join(folder, name);
const model = { ...initializeResNet(NETWORK, ['export']) };
const params = {
  ...model.params,
  ...initializeClassifier(resnetStructure(NETWORK).features, CLASSES.length, ['export', 'head']),
};

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'export-'));
  await writeDataset(file('dataset.json'), {
    name: 'made',
    title: 'Made',
    classes: CLASSES,
    ordinal: false,
    domain: null,
    images: 3,
    groups: 3,
    size: SIZE,
    source: 'drawn',
    dropped: [],
  });
  await writeWeights(
    file('weights.safetensors'),
    { params, stats: model.stats },
    { architecture: NETWORK.name, stem: NETWORK.stem, classes: CLASSES.join(',') },
  );
  const outputs = { torch: file('weights.pth'), onnx: file('model.onnx'), about: file('model.json') };
  const job = {
    module: '',
    source: '',
    id: 'export',
    stage: 'export',
    axes: {},
    checkpoint: file('checkpoint'),
    resources: {},
    lineage: [],
    inputs: { dataset: file('dataset.json'), weights: file('weights.safetensors') },
    params: { size: SIZE, batchSize: BATCH },
    outputs,
  };
  await exportStage(createStage(job, () => undefined, new AbortController().signal).stage);
});
afterAll(() => rm(folder, { recursive: true }));

test('the ONNX model gives the probabilities that the network gives', async () => {
  const source = random('export test');
  const pixels = Uint8Array.from({ length: BATCH * SIZE * SIZE * 3 }, () => source.integer(256));
  const about = JSON.parse(await readFile(file('model.json'), 'utf8')) as {
    input: { name: string; shape: number[] };
    output: { name: string };
    classes: string[];
  };
  const session = await ort.InferenceSession.create(file('model.onnx'));
  const told = await session.run({ [about.input.name]: new ort.Tensor('uint8', pixels, about.input.shape) });

  const engine = await openEngine('eager');
  const step = await engine.compile(
    ({
      state,
      inputs,
    }: {
      state: { params: Variables<tf.Tensor>; stats: Variables<tf.Tensor> };
      inputs: { images: tf.Tensor };
    }) => {
      const images = normalize(tf.mul<tf.Tensor4D>(tf.cast(inputs.images, 'float32'), 1 / 255));
      return {
        state,
        outputs: {
          rows: tf.softmax(
            linearClassifier(
              state.params,
              resnetForward(NETWORK, state.params, state.stats, images, { training: false }).features,
            ),
          ),
        },
      };
    },
    { state: { params, stats: model.stats }, inputs: { images: uint8([BATCH, SIZE, SIZE, 3]) } },
  );
  const { rows } = await step.run({ images: { dtype: 'uint8', shape: [BATCH, SIZE, SIZE, 3], data: pixels } });
  await engine.dispose();

  expect(about.classes).toEqual(CLASSES);
  const probabilities = [...(told[about.output.name]!.data as Float32Array)];
  expect(probabilities).toHaveLength(BATCH * CLASSES.length);
  probabilities.forEach((p, i) => {
    expect(p).toBeCloseTo(rows.data[i]!, 5);
  });
});

test("torch's file holds the same weights, and is read back as the classifier that it was", async () => {
  const { network, model: read } = await readClassifier(file('weights.pth'), CLASSES);
  expect(network).toEqual(NETWORK);
  expect(read.params).toEqual(params);
  expect(read.stats).toEqual(model.stats);
});
