/**
 * One contestant of bench/augment.mjs and bench/epoch.mjs: pre-trains by SimCLR with the code that stages run, as many
 * steps as each line on standard input says, and answers with the milliseconds of each. Between turns it waits.
 */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { namedAugmentation, type AugmentationName } from '../src/learn/augment/index.ts';
import { openPackedImages, type PackedImages } from '../src/learn/dataset/packed-images.ts';
import { loadStart } from '../src/learn/nn/start.ts';
import { resnet } from '../src/learn/nn/resnet.ts';
import { simclr } from '../src/learn/ssl/simclr.ts';
import { pretrain, type PretrainSettings } from '../src/learn/train/pretrain.ts';
import { openEngine, type Engine, type EngineName, type Precision } from '../src/tensor/index.ts';
import { random } from '../src/util/random.ts';

interface Contestant {
  readonly engine: EngineName;
  readonly precision: Precision;
  readonly threads: number;
  readonly batchSize: number;
  /** `none` leaves everything as it is but augmentation: the step is fed the images as both views. */
  readonly augmentation: AugmentationName;
  /** Packed images, all of which train; null draws some of `side` pixels. */
  readonly images: string | null;
  readonly side: number;
}

const given = JSON.parse(process.argv[2]!) as Contestant;
const images =
  given.images === null ? drawImages(4 * given.batchSize, given.side) : await openPackedImages(given.images);
const engine = await openEngine(given.engine, { threads: given.threads });
const turns = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const write = (answer: unknown): boolean => process.stdout.write(`${JSON.stringify(answer)}\n`);

const network = resnet('resnet18');
const settings: PretrainSettings = {
  network,
  epochs: 1000,
  batchSize: given.batchSize,
  learningRate: 0.03,
  warmupEpochs: 0,
  schedule: 'cosine',
  probeEvery: 1,
  precision: given.precision,
  seed: 0,
};
const method = simclr({
  network,
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 1e-4 },
  augmentation: namedAugmentation(given.augmentation, { size: images.size }),
  batchSize: given.batchSize,
  learningRate: 0.03,
  seed: 0,
  temperature: 0.5,
});
const { backbone } = await loadStart(null, network, ['start', 0]);
const all = Array.from({ length: images.count }, (_, index) => index);
const watch = {
  checkpoint: join(tmpdir(), `contrast-${process.pid}`),
  signal: new AbortController().signal,
  progress: () => undefined,
  metric: () => undefined,
  warn: () => undefined,
  record: () => undefined,
};
const split = { train: all, validation: [], test: [], labelFractions: all.map(() => 1) };
await pretrain(inTurns(engine), settings, method, { images, rows: [], split }, backbone, watch);

/**
 * The same engine, whose steps wait for their turn. A step's time runs from the end of the one before: it has all that
 * training does.
 */
function inTurns(on: Engine): Engine {
  return {
    ...on,
    compile: async (fn, specs, options) => {
      const started = performance.now();
      const step = await on.compile(fn, specs, options);
      write({ version: on.description.version, compileSeconds: (performance.now() - started) / 1000 });
      let left = 0;
      let since = 0;
      let milliseconds: number[] = [];
      return {
        run: async (inputs) => {
          if (left === 0) {
            const turn = await turns.next();
            if (turn.done === true) process.exit(0);
            left = Number(turn.value);
            milliseconds = [];
            since = performance.now();
          }
          const outputs = await step.run(inputs);
          const now = performance.now();
          milliseconds.push(now - since);
          since = now;
          left--;
          if (left === 0) write({ milliseconds });
          return outputs;
        },
        readState: () => step.readState(),
        writeState: (state) => step.writeState(state),
        dispose: () => step.dispose(),
      };
    },
  };
}

function drawImages(count: number, size: number): PackedImages {
  const bytes = size * size * 3;
  const source = random('contrast');
  const pixels = Uint8Array.from({ length: count * bytes }, () => source.integer(256));
  return {
    count,
    size,
    read: (indices, into = new Uint8Array(indices.length * bytes)) => {
      Array.from(indices).forEach((index, row) => {
        into.set(pixels.subarray(index * bytes, (index + 1) * bytes), row * bytes);
      });
      return Promise.resolve(into);
    },
    close: () => Promise.resolve(),
  };
}
