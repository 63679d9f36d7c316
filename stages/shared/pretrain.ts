/** The common part of the stages of all pre-training methods: inputs, parameters, outputs and the training itself. */
import { Type } from '@sinclair/typebox';
import { writePretrainCurves } from '../../src/formats/curves.ts';
import { readDataset } from '../../src/formats/dataset.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import { firstLayers, type ResNet } from '../../src/learn/nn/resnet.ts';
import { writeWeights } from '../../src/learn/nn/weights.ts';
import type { SslMethod, MethodState } from '../../src/learn/ssl/method.ts';
import type { CommonSettings } from '../../src/learn/ssl/settings.ts';
import { openTrainingData } from '../../src/learn/train/data.ts';
import { withEngine } from '../../src/learn/train/engine.ts';
import { writePairs } from '../../src/learn/train/view-pairs.ts';
import { pretrain as train } from '../../src/learn/train/pretrain.ts';
import { input, nullable, output, type StageRun } from '../../src/stage/index.ts';
import { canonicalJson } from '../../src/util/canonical-json.ts';
import { requireClasses } from './answers.ts';
import { CHOICE_INPUTS, chosenParameters, takeOver } from './choice.ts';
import { DATA } from './data.ts';
import { augmentationOf, networkFrom, NetworkParameters, optimizerFrom, TrainingParameters } from './parameters.ts';
import { openStart } from './start.ts';
import { PRETRAINED_FILES } from './trained.ts';

export const PRETRAIN_INPUTS = {
  ...DATA,
  /** The weights to start from; null draws them at random. */
  weights: nullable(input),
  ...CHOICE_INPUTS,
};

export const PRETRAIN_OUTPUTS = {
  /** `weights.safetensors` of the encoder. */
  weights: output,
  /** `curves.json`. */
  curves: output,
  /** `pairs.png`: images beside two of their views. */
  pairs: output,
};

export const PretrainParameters = Type.Composite([
  NetworkParameters,
  TrainingParameters,
  Type.Object({
    /** Epochs between two nearest-neighbor probes. */
    probeEvery: Type.Integer({ minimum: 1, default: 5 }),
    /** The stem and this many first stages keep their weights; 0: everything learns. For starts that are trained. */
    keep: Type.Integer({ minimum: 0, default: 0 }),
  }),
]);

type PretrainRun = StageRun<typeof PRETRAIN_INPUTS, typeof PretrainParameters, typeof PRETRAIN_OUTPUTS>;

/** Pre-trains from the input `weights` on the images of the training subset. */
export async function pretrain<State extends MethodState>(
  { inputs, params: given, outputs, stage }: PretrainRun,
  methodOf: (common: CommonSettings) => SslMethod<State>,
): Promise<void> {
  const params = await chosenParameters(inputs.choice, PretrainParameters, given);
  // Parameters of the method are among them.
  const settings = canonicalJson(params);
  if (await takeOver(inputs.trained, PRETRAINED_FILES, outputs, settings, stage)) return;
  const network = networkFrom(params);
  const data = await openTrainingData(inputs);
  const backbone = await openStart(inputs.weights, network, params.seed, stage);

  const dataset = await readDataset(inputs.dataset);
  const { batchSize, learningRate, seed } = params;
  const method = methodOf({
    network,
    optimizer: { ...optimizerFrom(params), kept: firstLayers(keptStages(params.keep, network)) },
    augmentation: augmentationOf(params.augmentation, dataset, data.images.size),
    batchSize,
    learningRate,
    seed,
  });
  if (method.labeled) requireClasses(dataset, `pretrain-${method.name}`);
  const task = dataset.task === 'findings' ? { task: dataset.task } : {};
  await withEngine(stage.resources, async (engine) => {
    stage.record({ ...engine.description, precision: params.precision });
    await writePairs(engine, outputs.pairs, method.views, data, seed);
    const trained = await train(engine, { ...params, ...task, network }, method, data, backbone, stage);
    await writeWeights(outputs.weights, trained.encoder, {
      architecture: network.name,
      stem: network.stem,
      method: method.name,
      epochs: String(params.epochs),
      settings,
    });
    const { name, width } = method;
    const { start: first, rows: epochs } = trained;
    await writePretrainCurves(outputs.curves, { kind: 'pretrain', method: name, width, start: first, epochs });
  });
  await data.images.close();
}

function keptStages(keep: number, { name, blocks }: ResNet): number {
  if (keep < blocks.length) return keep;
  throw new DatasetError(
    `keep is ${keep}, but ${name} has ${blocks.length} stages; at least one must learn. At most ${blocks.length - 1} is ` +
      'allowed.',
  );
}
