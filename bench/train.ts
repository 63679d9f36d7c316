/**
 * One contestant of bench/train.mjs: compiles a training step, then runs as many steps as each line on standard input
 * says.
 */
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { resnetForward } from '../src/learn/nn/forward.ts';
import { linearClassifier, initializeClassifier } from '../src/learn/nn/heads.ts';
import { initializeResNet } from '../src/learn/nn/initialize.ts';
import {
  initialOptimizerState,
  optimizerStep,
  type OptimizerState,
  type Optimizer,
} from '../src/learn/nn/optimizer.ts';
import { resnet, resnetStructure, type NetworkName } from '../src/learn/nn/resnet.ts';
import type { Model } from '../src/learn/nn/variables.ts';
import { crossEntropy } from '../src/learn/train/supervised.ts';
import {
  float32,
  int32,
  openEngine,
  valueAndGrads,
  type Engine,
  type EngineName,
  type Precision,
} from '../src/tensor/index.ts';
import { openOnnxruntime } from '../src/tensor/onnx/engine.ts';
import { random } from '../src/util/random.ts';
import { openTfjsNode } from './tfjs-node.ts';

const [engineName, precision, network, side, batch, threads] = process.argv.slice(2) as [
  EngineName | 'standard' | 'tfjs-node',
  Precision,
  NetworkName,
  string,
  string,
  string,
];

const CLASSES = 7;
const SGD: Optimizer = { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 };

type State<T> = Model<T> & { readonly optimizerState: OptimizerState<T> };

const inputs = drawInputs();
const engine = await open();
const started = performance.now();
const step = await compileStep(engine);
const compileSeconds = engineName === 'tfjs-node' ? undefined : (performance.now() - started) / 1000;
if (engineName === 'tfjs-node') await expectSameLosses();
process.stdout.write(`${JSON.stringify({ version: engine.description.version, compileSeconds })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const milliseconds: number[] = [];
  for (let i = 0; i < Number(line); i++) {
    const before = performance.now();
    await step.run(inputs);
    milliseconds.push(performance.now() - before);
  }
  process.stdout.write(`${JSON.stringify({ milliseconds, peakBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
}

function open(): Promise<Pick<Engine, 'compile' | 'description'>> {
  const options = { threads: Number(threads) };
  // It compiles nothing: the function runs operation by operation in every step.
  if (engineName === 'tfjs-node') return Promise.resolve(openTfjsNode(options.threads) as unknown as Engine);
  return engineName === 'standard' ? openOnnxruntime({ ...options, blocked: false }) : openEngine(engineName, options);
}

/**
 * Before a foreign contestant is timed: the losses of its first steps, which weights and velocities moved, are those of
 * our engine.
 */
async function expectSameLosses(): Promise<void> {
  const ours = await openEngine('tensorflow', { threads: Number(threads) });
  const measure = await compileStep(ours);
  for (let i = 0; i < 3; i++) {
    const [expected, found] = [(await measure.run(inputs)).loss.data[0]!, (await step.run(inputs)).loss.data[0]!];
    if (!(Math.abs(found - expected) < 1e-3 * expected))
      throw new Error(
        `The loss of step ${i + 1} is ${found} on tfjs-node and ${expected} on TensorFlow compiled: they do not ` +
          'compute the same.',
      );
  }
  await ours.dispose();
}

/** Forward, backward and SGD with momentum of a ResNet classifier. */
function compileStep(on: Pick<Engine, 'compile'>) {
  const structure = resnet(network);
  const { params: convolutions, stats } = initializeResNet(structure, ['bench'], { zeroGamma: true });
  const params = { ...convolutions, ...initializeClassifier(resnetStructure(structure).features, CLASSES, ['bench']) };
  return on.compile(
    ({
      state: now,
      inputs: { images, labels, learningRate },
    }: {
      state: State<tf.Tensor>;
      inputs: { images: tf.Tensor; labels: tf.Tensor; learningRate: tf.Tensor };
    }) => {
      const wanted = tf.oneHot(labels, CLASSES, 1, 0, 'float32') as tf.Tensor2D;
      const { value, aux, gradients } = valueAndGrads((trained) => {
        const { features, stats: moved } = resnetForward(structure, trained, now.stats, images as tf.Tensor4D, {
          training: true,
        });
        return {
          value: crossEntropy(linearClassifier(trained, features), wanted, new Array<number>(CLASSES).fill(1)),
          aux: moved,
        };
      }, now.params);
      const next = optimizerStep(SGD, now, gradients, learningRate);
      return {
        state: { params: next.params, stats: aux, optimizerState: next.optimizerState },
        outputs: { loss: value },
      };
    },
    {
      state: { params, stats, optimizerState: initialOptimizerState(SGD, params) },
      inputs: {
        images: float32([Number(batch), Number(side), Number(side), 3]),
        labels: int32([Number(batch)]),
        learningRate: float32([]),
      },
    },
    { precision },
  );
}

function drawInputs() {
  const source = random('bench');
  const [n, pixels] = [Number(batch), Number(side)];
  return {
    images: {
      dtype: 'float32' as const,
      shape: [n, pixels, pixels, 3],
      data: Float32Array.from({ length: n * pixels * pixels * 3 }, () => source.normal()),
    },
    labels: {
      dtype: 'int32' as const,
      shape: [n],
      data: Int32Array.from({ length: n }, () => source.integer(CLASSES)),
    },
    learningRate: { dtype: 'float32' as const, shape: [], data: Float32Array.of(0.01) },
  };
}
