/** Images per second of training steps: forward, backward and SGD with momentum of a ResNet classifier. */
import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { forward } from '../src/learn/nn/forward.ts';
import { classify, initialiseClassifier } from '../src/learn/nn/heads.ts';
import { initialise } from '../src/learn/nn/initialise.ts';
import { initialMemory, update, type Memory, type Optimiser } from '../src/learn/nn/optimiser.ts';
import { resnet, structureOf, type NetworkName } from '../src/learn/nn/resnet.ts';
import { crossEntropy } from '../src/learn/train/classify.ts';
import type { Model } from '../src/learn/nn/variables.ts';
import { float32, int32, valueAndGrads } from '../src/tensor/index.ts';
import { openOnnxruntime } from '../src/tensor/onnx/engine.ts';
import { random } from '../src/util/random.ts';

export interface Setting {
  readonly network: NetworkName;
  readonly side: number;
  readonly batch: number;
}

/** Those of the table in docs/tensor.md. */
export const SETTINGS: readonly Setting[] = [
  { network: 'resnet18', side: 28, batch: 64 },
  { network: 'resnet18', side: 64, batch: 32 },
  { network: 'resnet50', side: 64, batch: 32 },
  { network: 'resnet50', side: 224, batch: 8 },
];

const CLASSES = 7;
const SGD: Optimiser = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 };

type State<T> = Model<T> & { readonly memory: Memory<T> };

/** The fastest of `rounds` steps, after two that warm up: other programs only ever slow a step down. */
export async function imagesPerSecond({ network: name, side, batch }: Setting, { blocked, rounds, threads = availableParallelism() }: { blocked: boolean; rounds: number; threads?: number }) {
  const network = resnet(name);
  const { params: convolutions, stats } = initialise(network, ['bench'], { zeroGamma: true });
  const params = { ...convolutions, ...initialiseClassifier(structureOf(network).features, CLASSES, ['bench']) };
  const engine = await openOnnxruntime({ threads, blocked });
  const started = performance.now();
  const step = await engine.compile(
    ({ state: now, inputs }: { state: State<tf.Tensor>; inputs: { images: tf.Tensor; labels: tf.Tensor; rate: tf.Tensor } }) => {
      const labels = tf.oneHot(inputs.labels, CLASSES, 1, 0, 'float32') as tf.Tensor2D;
      const { value, aux, gradients } = valueAndGrads((trained) => {
        const { features, stats: moved } = forward(network, trained, now.stats, inputs.images as tf.Tensor4D, { training: true });
        return { value: crossEntropy(classify(trained, features), labels, new Array<number>(CLASSES).fill(1)), aux: moved };
      }, now.params);
      const next = update(SGD, now.params, gradients, now.memory, inputs.rate);
      return { state: { params: next.params, stats: aux, memory: next.memory }, outputs: { loss: value } };
    },
    { state: { params, stats, memory: initialMemory(SGD, params) }, inputs: { images: float32([batch, side, side, 3]), labels: int32([batch]), rate: float32([]) } },
  );
  const compiled = performance.now() - started;
  const source = random('bench');
  const inputs = {
    images: { dtype: 'float32' as const, shape: [batch, side, side, 3], data: Float32Array.from({ length: batch * side * side * 3 }, () => source.normal()) },
    labels: { dtype: 'int32' as const, shape: [batch], data: Int32Array.from({ length: batch }, () => source.integer(CLASSES)) },
    rate: { dtype: 'float32' as const, shape: [], data: Float32Array.of(0.01) },
  };
  const times: number[] = [];
  let loss = NaN;
  for (let round = -2; round < rounds; round++) {
    const before = performance.now();
    loss = (await step.run(inputs)).loss.data[0]!;
    if (round >= 0) times.push(performance.now() - before);
  }
  await engine.dispose();
  return { best: (1000 * batch) / Math.min(...times), compileSeconds: compiled / 1000, loss };
}
