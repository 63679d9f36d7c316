/**
 * One contestant of bench/augment.mjs: makes both views of as many batches as each line on standard input says, and
 * nothing else.
 */
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs-core';
import { augment, sampleViewParams, namedAugmentation, viewParamSpecs } from '../src/learn/augment/index.ts';
import { openEngine, uint8, type EngineName } from '../src/tensor/index.ts';
import { random } from '../src/util/random.ts';

const {
  engine: name,
  threads,
  batchSize,
  side,
} = JSON.parse(process.argv[2]!) as { engine: EngineName; threads: number; batchSize: number; side: number };

const engine = await openEngine(name, { threads });
const seen = namedAugmentation('simclr', { size: side });
const specs = viewParamSpecs(seen, batchSize, side);
const step = await engine.compile(
  // The mean is all that leaves: reading views back is no part of training.
  ({ inputs: { images, first, second } }) => ({
    state: {},
    outputs: { mean: tf.mean(tf.concat([first, second].map((view) => augment(images as tf.Tensor4D, view)))) },
  }),
  { state: {}, inputs: { images: uint8([batchSize, side, side, 3]), first: specs, second: specs } },
);
const source = random('views');
const images = {
  dtype: 'uint8' as const,
  shape: [batchSize, side, side, 3],
  data: Uint8Array.from({ length: batchSize * side * side * 3 }, () => source.integer(256)),
};
const indices = Array.from({ length: batchSize }, (_, i) => i);
let epoch = 0;
process.stdout.write(`${JSON.stringify({ version: engine.description.version })}\n`);
for await (const line of createInterface({ input: process.stdin })) {
  const milliseconds: number[] = [];
  const drawing: number[] = [];
  for (let i = 0; i < Number(line); i++) {
    const before = performance.now();
    epoch++;
    const [first, second] = [0, 1].map((view) =>
      sampleViewParams(seen, { seed: 0, epoch, indices, view, sourceSize: side }),
    );
    drawing.push(performance.now() - before);
    await step.run({ images, first: first!, second: second! });
    milliseconds.push(performance.now() - before);
  }
  process.stdout.write(`${JSON.stringify({ milliseconds, drawing })}\n`);
}
