/**
 * One contestant of bench/train.mjs: compiles a training step, then runs as many steps as each line on standard input
 * says.
 */
import { createInterface } from 'node:readline';
import type { NetworkName } from '../src/learn/nn/resnet.ts';
import { openEngine, type Engine, type EngineName, type HostTensor, type Precision } from '../src/tensor/index.ts';
import { openOnnxruntime } from '../src/tensor/onnx/engine.ts';
import { compileClassification, drawBatch, type StepSize } from './classification-step.ts';
import { compileSegmentation, drawMaskedBatch } from './segmentation-step.ts';
import { openTfjsNode } from './tfjs-node.ts';

const [engineName, precision, task, network, side, batch, threads] = process.argv.slice(2) as [
  EngineName | 'standard' | 'tfjs-node',
  Precision,
  'classification' | 'segmentation',
  NetworkName,
  string,
  string,
  string,
];

const size: StepSize = { network, side: Number(side), batch: Number(batch) };
const inputs = task === 'segmentation' ? drawMaskedBatch(size) : drawBatch(size);
const engine = await open();
const started = performance.now();
const step = await compile(engine);
const compileSeconds = engineName === 'tfjs-node' ? undefined : (performance.now() - started) / 1000;
if (engineName === 'tfjs-node') await expectSameLosses();
process.stdout.write(`${JSON.stringify({ version: engine.description.version, compileSeconds })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const milliseconds: number[] = [];
  const processorMilliseconds: number[] = [];
  for (let i = 0; i < Number(line); i++) {
    const [before, used] = [performance.now(), process.cpuUsage()];
    await step.run(inputs);
    milliseconds.push(performance.now() - before);
    const { user, system } = process.cpuUsage(used);
    processorMilliseconds.push((user + system) / 1000);
  }
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ milliseconds, processorMilliseconds, peakBytes })}\n`);
}

/** The step of the task, with the inputs that are drawn for it. */
async function compile(
  on: Pick<Engine, 'compile'>,
): Promise<{ run(given: typeof inputs): Promise<Readonly<Record<string, HostTensor>>> }> {
  const compiled =
    task === 'segmentation'
      ? await compileSegmentation(on, size, precision)
      : await compileClassification(on, size, precision);
  return { run: (given) => compiled.run(given as never) };
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
  const measure = await compile(ours);
  for (let i = 0; i < 3; i++) {
    const [expected, found] = [(await measure.run(inputs)).loss!.data[0]!, (await step.run(inputs)).loss!.data[0]!];
    if (!(Math.abs(found - expected) < 1e-3 * expected))
      throw new Error(
        `The loss of step ${i + 1} is ${found} on tfjs-node and ${expected} on TensorFlow compiled: they do not ` +
          'compute the same.',
      );
  }
  await ours.dispose();
}
