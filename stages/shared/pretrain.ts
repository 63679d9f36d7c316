/** The shared part of the stages of all pre-training methods: parameters, inputs and outputs. */
import { writeFile } from 'node:fs/promises';
import { Type, type Static } from '@sinclair/typebox';
import { readDataset } from '../../src/learn/dataset/dataset.ts';
import { loadStart } from '../../src/learn/nn/start.ts';
import { writeWeights } from '../../src/learn/nn/weights.ts';
import type { SslMethod, MethodState } from '../../src/learn/ssl/method.ts';
import type { CommonSettings } from '../../src/learn/ssl/settings.ts';
import { openTrainingData } from '../../src/learn/train/data.ts';
import { withEngine } from '../../src/learn/train/engine.ts';
import { writePairs } from '../../src/learn/train/view-pairs.ts';
import { networkFrom, NetworkParameters, optimizerFrom, augmentationOf, TrainingParameters } from './parameters.ts';
import { pretrain, type PretrainContext } from '../../src/learn/train/pretrain.ts';

export const PretrainParameters = Type.Composite([
  NetworkParameters,
  TrainingParameters,
  Type.Object({
    /** Epochs between two nearest-neighbor probes. */
    probeEvery: Type.Integer({ minimum: 1, default: 5 }),
  }),
]);

/** The used part of a stage. */
interface PretrainStage extends PretrainContext {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, number | string>>;
  input(name: string): string;
  output(name: string): string;
  record(notes: Readonly<Record<string, string | number | readonly string[]>>): void;
}

/** Pre-trains from the input `weights`, or from random ones if that is null. Writes `weights`, `curves` and `pairs`. */
export async function runPretraining<State extends MethodState>(
  stage: PretrainStage,
  given: Static<typeof PretrainParameters>,
  methodOf: (common: CommonSettings) => SslMethod<State>,
): Promise<void> {
  const network = networkFrom(given);
  const data = await openTrainingData({
    images: stage.input('images'),
    table: stage.input('table'),
    split: stage.input('split'),
  });
  const start = await loadStart(stage.inputs.weights === null ? null : stage.input('weights'), network, [
    'start',
    given.seed,
  ]);
  stage.record(start.notes);
  if (start.warning !== null) stage.warn(start.warning);

  const { batchSize, learningRate, seed } = given;
  const method = methodOf({
    network,
    optimizer: optimizerFrom(given),
    augmentation: augmentationOf(given.augmentation, await readDataset(stage.input('dataset')), data.images.size),
    batchSize,
    learningRate,
    seed,
  });
  await withEngine(stage.resources, async (engine) => {
    stage.record({ ...engine.description, precision: given.precision });
    await writePairs(engine, stage.output('pairs'), method.views, data, seed);
    const {
      start: before,
      rows,
      encoder,
    } = await pretrain(engine, { ...given, network }, method, data, start.backbone, stage);
    await writeWeights(stage.output('weights'), encoder, {
      architecture: network.name,
      stem: network.stem,
      method: method.name,
      epochs: String(given.epochs),
    });
    await writeFile(
      stage.output('curves'),
      `${JSON.stringify({ kind: 'pretrain', method: method.name, width: method.width, start: before, epochs: rows }, null, 2)}\n`,
    );
  });
  await data.images.close();
}
