import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { testedEngines } from '../../tensor/test-engines.test-support.ts';
import { random } from '../../util/random.ts';
import { resnetForward } from '../nn/forward.ts';
import { linearClassifier, initializeClassifier } from '../nn/heads.ts';
import { initializeResNet } from '../nn/initialize.ts';
import { NETWORKS, resnet, resnetStructure, type ResNet } from '../nn/resnet.ts';
import { normalize } from '../nn/normalize.ts';
import type { Variables } from '../nn/variables.ts';
import type { HostModel } from '../train/loop.ts';
import { TINY, withTestEngine } from '../train/data.test-support.ts';
import { compileGradCam, camLayer, type CamLayer } from './grad-cam.ts';

const [BATCH, SIZE, CLASSES] = [3, 8, 4];
const ASKED = [2, 0, 3];
const FIRST: CamLayer = { name: 'layer1', block: 0, side: 8, channels: 4 };
const LAST: CamLayer = { name: 'layer2', block: 1, side: 4, channels: 6 };

const model = aModel(TINY);
const source = random('grad-cam', 'images');
const images: HostTensor<'uint8'> = {
  dtype: 'uint8',
  shape: [BATCH, SIZE, SIZE, 3],
  data: Uint8Array.from({ length: BATCH * SIZE * SIZE * 3 }, () => source.integer(256)),
};

beforeAll(() => tf.setBackend('cpu'));

describe.each(['eager' as const, ...testedEngines('xla', 'tensorflow', 'onnxruntime')])('on %s', (name) => {
  const mapsOf = (layer: CamLayer) =>
    withTestEngine(name, async (engine) =>
      (await compileGradCam(engine, { network: TINY, model }, layer, { batch: BATCH, size: SIZE })).of(images, ASKED),
    );

  test(
    'of the last stage it is the class activation map: the activations weighted as the classifier does, over the ' +
      'places',
    async () => {
      const activations = activationsBehind(LAST);
      const weights = model.params['fc.weight']!.data;
      const expected = ASKED.flatMap((asked, image) =>
        places(LAST).map(
          (place) =>
            Math.max(
              0,
              channels(LAST).reduce(
                (sum, c) =>
                  sum +
                  weights[asked * LAST.channels + c]! *
                    activations[(image * LAST.side ** 2 + place) * LAST.channels + c]!,
                0,
              ),
            ) /
            LAST.side ** 2,
        ),
      );
      expectClose(await mapsOf(LAST), expected);
      expect(Math.max(...expected)).toBeGreaterThan(0);
    },
  );

  test('of an earlier stage its weights are the finite differences of the logit', async () => {
    const activations = activationsBehind(FIRST);
    // All places of a channel moved together: the mean of their gradients, times their number.
    const step = 2e-3;
    const slopes = channels(FIRST).map((c) => {
      const [up, down] = [logitsWith(FIRST, c, step), logitsWith(FIRST, c, -step)];
      return up.map((logit, i) => (logit - down[i]!) / (2 * step) / FIRST.side ** 2);
    });
    const expected = ASKED.flatMap((asked, image) =>
      places(FIRST).map((place) =>
        Math.max(
          0,
          channels(FIRST).reduce(
            (sum, c) =>
              sum +
              slopes[c]![image * CLASSES + asked]! *
                activations[(image * FIRST.side ** 2 + place) * FIRST.channels + c]!,
            0,
          ),
        ),
      ),
    );
    expectClose(await mapsOf(FIRST), expected);
    expect(Math.max(...expected)).toBeGreaterThan(0);
  });
});

describe('the layer', () => {
  test.each([
    { network: resnet('resnet18'), size: 64, name: 'layer3', side: 4 },
    { network: resnet('resnet18'), size: 224, name: 'layer4', side: 7 },
    { network: resnet('resnet50'), size: 224, name: 'layer4', side: 7 },
    { network: resnet('resnet18', 'cifar'), size: 28, name: 'layer4', side: 4 },
    { network: resnet('resnet-small'), size: 32, name: 'layer3', side: 8 },
    { network: resnet('resnet18'), size: 8, name: 'layer4', side: 1 },
  ])('of $network.name at $size px is $name with $side x $side places', ({ network, size, name, side }) => {
    expect(camLayer(network, size)).toMatchObject({ name, side });
  });

  test.each(Object.keys(NETWORKS) as (keyof typeof NETWORKS)[])(
    'of %s has the channels and the side of its activations',
    (name) => {
      const network: ResNet = { ...resnet(name), widths: resnet(name).widths.map(() => 2) };
      const layer = camLayer(network, 37);
      expect(activationsOf(network, aModel(network), tf.zeros([1, 37, 37, 3]), layer).shape).toEqual([
        1,
        layer.side,
        layer.side,
        layer.channels,
      ]);
    },
  );
});

function aModel(network: ResNet): HostModel {
  const { params, stats } = initializeResNet(network, ['grad-cam']);
  return {
    params: { ...params, ...initializeClassifier(resnetStructure(network).features, CLASSES, ['grad-cam', 'head']) },
    stats,
  };
}

const places = ({ side }: CamLayer): number[] => Array.from({ length: side * side }, (_, place) => place);
const channels = (layer: CamLayer): number[] => Array.from({ length: layer.channels }, (_, c) => c);
const tensorsOf = (record: Variables<HostTensor>): Variables<tf.Tensor> =>
  Object.fromEntries(
    Object.entries(record).map(([name, { data, shape }]) => [name, tf.tensor(data as Float32Array, [...shape])]),
  );
const pixels = (): tf.Tensor4D => normalize(tf.div(tf.tensor4d(images.data, [BATCH, SIZE, SIZE, 3]), 255));

function activationsOf(network: ResNet, { params, stats }: HostModel, x: tf.Tensor4D, layer: CamLayer): tf.Tensor4D {
  let found: tf.Tensor4D = x;
  resnetForward(network, tensorsOf(params), tensorsOf(stats), x, {
    training: false,
    behind: (block, activations) => (block === layer.block ? (found = activations) : activations),
  });
  return found;
}

const activationsBehind = (layer: CamLayer) => activationsOf(TINY, model, pixels(), layer).dataSync();

/** Logits [BATCH, CLASSES] with `by` added to one channel of the activations. */
function logitsWith(layer: CamLayer, channel: number, by: number): number[] {
  const params = tensorsOf(model.params);
  const nudge = tf.tensor1d(channels(layer).map((c) => (c === channel ? by : 0)));
  const { features } = resnetForward(TINY, params, tensorsOf(model.stats), pixels(), {
    training: false,
    behind: (block, x) => (block === layer.block ? tf.add(x, nudge) : x),
  });
  return [...linearClassifier(params, features).dataSync()];
}

/** To a thousandth of the largest: finite differences cross corners of the ReLUs behind. */
function expectClose(found: Float32Array, expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  const most = Math.max(...expected);
  expected.forEach((value, i) => {
    expect(Math.abs(found[i]! - value) / most).toBeLessThan(1e-3);
  });
}
