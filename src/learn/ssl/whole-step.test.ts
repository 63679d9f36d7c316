/** A whole SimCLR step of a whole ResNet-18, compiled, beside the same operations one after the other. */
import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import type { Engine } from '../../tensor/engine.ts';
import { float32, uint8, type HostTensor } from '../../tensor/host-tensor.ts';
import { openEngine } from '../../tensor/index.ts';
import { openOnnxruntime } from '../../tensor/onnx/engine.ts';
import { sampleViewParams, namedAugmentation, viewParamSpecs } from '../augment/index.ts';
import { initializeResNet } from '../nn/initialize.ts';
import { resnet } from '../nn/resnet.ts';
import { simclr } from './simclr.ts';

/**
 * Nearly the least at which every layer works, since eager operations take ten seconds for it: maps of 10, 5, 3, 2 and
 * 1 pixels, four views to normalize by.
 */
const [SIDE, BATCH] = [20, 2];
const NETWORK = resnet('resnet18');
const AUGMENTATION = namedAugmentation('xray', { size: SIDE });
const METHOD = simclr({
  network: NETWORK,
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 },
  augmentation: AUGMENTATION,
  batchSize: BATCH,
  learningRate: 0.1,
  seed: 1,
  temperature: 0.5,
});

type Leaves = Readonly<Record<string, HostTensor<'float32'>>>;
interface State {
  readonly params: Leaves;
  readonly stats: Leaves;
  readonly optimizerState: { readonly velocity: Leaves };
}

/** Without decay and from rest, the velocity after one step is the gradient. */
async function stepOn(engine: Engine): Promise<{ readonly loss: number; readonly state: State }> {
  const views = Object.fromEntries(METHOD.views.map((of, view) => [view, viewParamSpecs(of, BATCH, SIDE)]));
  const drawn = Object.fromEntries(
    METHOD.views.map((of, view) => [
      view,
      sampleViewParams(of, {
        seed: 1,
        epoch: 0,
        indices: Array.from({ length: BATCH }, (_, i) => i),
        view,
        sourceSize: SIDE,
      }),
    ]),
  );
  const pixels = random('whole step', 'pixels');
  const images: HostTensor = {
    dtype: 'uint8',
    shape: [BATCH, SIDE, SIDE, 3],
    data: Uint8Array.from({ length: BATCH * SIDE * SIDE * 3 }, () => pixels.integer(256)),
  };
  const step = await engine.compile(METHOD.step as never, {
    state: METHOD.initial(initializeResNet(NETWORK, ['whole step', 1])) as never,
    inputs: { images: uint8([BATCH, SIDE, SIDE, 3]), views, learningRate: float32([]), scheduled: {} } as never,
  });
  const { loss } = (await step.run({
    images,
    views: drawn,
    learningRate: { dtype: 'float32', shape: [], data: Float32Array.of(0.1) },
    scheduled: {},
  } as never)) as unknown as { loss: HostTensor };
  const state = (await step.readState()) as unknown as State;
  await engine.dispose();
  return { loss: loss.data[0]!, state };
}

/** The distance of a tensor from the expected one, relative to the length of the expected one. */
function distance(expected: HostTensor<'float32'>, found: HostTensor<'float32'>): number {
  let [apart, length] = [0, 0];
  expected.data.forEach((value, i) => {
    apart += (value - found.data[i]!) ** 2;
    length += value ** 2;
  });
  return Math.sqrt(apart / length);
}

const distances = (expected: Leaves, found: Leaves): [string, number][] =>
  Object.entries(expected).map(([name, tensor]) => [name, distance(tensor, found[name]!)]);

/**
 * Rounding moves a gradient by a ten-thousandth of its length here. On another processor, rounding may also flip the
 * sign of a ReLU's input close to zero. Channels before it then differ by more, so the bound for each gradient is wider
 * than the bound for most.
 */
const [MOST, EACH] = [1e-3, 1e-2];

test('both paths of ONNX Runtime give the loss, the statistics and every gradient of the operations on their own', async () => {
  const expected = await stepOn(await openEngine('eager'));
  for (const blocked of [true, false]) {
    const { loss, state } = await stepOn(await openOnnxruntime({ threads: 1, blocked }));
    const path = blocked ? 'blocked' : 'standard';
    expect(loss / expected.loss, path).toBeCloseTo(1, 5);
    for (const [name, by] of distances(expected.state.stats, state.stats))
      expect(by, `${path}, ${name}`).toBeLessThan(1e-5);
    const gradients = distances(expected.state.optimizerState.velocity, state.optimizerState.velocity).sort(
      ([, a], [, b]) => a - b,
    );
    expect(gradients).toHaveLength(20 + 40 + 4); // convolutions, normalizations, projection
    for (const [name, by] of gradients) expect(by, `${path}, ${name}`).toBeLessThan(EACH);
    expect(gradients[Math.floor(0.9 * gradients.length)]![1], path).toBeLessThan(MOST);
    for (const [name, by] of distances(expected.state.params, state.params))
      expect(by, `${path}, ${name}`).toBeLessThan(EACH);
  }
}, 300_000);
