/** Pre-trains a network by SimCLR on the training part, and watches it with a nearest-neighbour probe on the validation part. */
import type { Engine } from '../../tensor/engine.ts';
import { float32, uint8, type HostTensor } from '../../tensor/host-tensor.ts';
import { significant } from '../../util/number.ts';
import { drawViews, viewSpecs, type Recipe } from '../augment/index.ts';
import { DatasetError } from '../dataset/error.ts';
import { initialiseProjection } from '../nn/heads.ts';
import { initialMemory, type Optimiser } from '../nn/optimiser.ts';
import { structureOf, type ResNet } from '../nn/resnet.ts';
import { warmUpCosine } from '../nn/schedule.ts';
import type { Model } from '../nn/variables.ts';
import { knnProbe } from '../ssl/knn-probe.ts';
import { simclrStep } from '../ssl/simclr.ts';
import { fullBatches } from './batches.ts';
import { labelsOf, readBatch, type LearningData } from './data.ts';
import { compileInference, FEATURES, type Inference } from './inference.ts';
import { train, type Ended, type HostModel, type Watch } from './loop.ts';

export interface PretrainSettings {
  readonly network: ResNet;
  readonly epochs: number;
  /** Images in a batch; the step sees twice as many views. */
  readonly batch: number;
  readonly rate: number;
  /** Epochs over which the rate rises. */
  readonly warmUp: number;
  readonly temperature: number;
  readonly optimiser: Optimiser;
  readonly recipe: Recipe;
  /** Epochs between two probes; the last epoch is always probed. */
  readonly probeEvery: number;
  readonly seed: number;
}

type PretrainRow = Readonly<{
  epoch: number;
  loss: number;
  rate: number;
  embeddingStd: number;
  alignment: number;
  uniformity: number;
  /** Balanced accuracy of the probe; null in epochs without one. */
  knn: number | null;
}>;

interface Pretrained {
  readonly rows: readonly PretrainRow[];
  /** The encoder after the last epoch. The projection head has served its purpose and is dropped (section 4.2 of the paper). */
  readonly encoder: HostModel;
}

/** `start` is the encoder's first weights. Labels serve the probe alone; test images and labels are not read. */
export async function pretrainSimclr(engine: Engine, settings: PretrainSettings, data: LearningData, start: HostModel, watch: Watch): Promise<Pretrained> {
  const { network, epochs, batch, recipe, seed } = settings;
  const { split, images } = data;
  const stepsPerEpoch = Math.floor(split.train.length / batch);
  if (stepsPerEpoch === 0) {
    throw new DatasetError(`A batch of ${batch} images cannot be filled: the training part has ${split.train.length}. Set "batch" to ${split.train.length} or less.`);
  }
  const params = { ...start.params, ...initialiseProjection(structureOf(network).features, ['simclr', seed]) };
  const schedule = { steps: epochs * stepsPerEpoch, warmUp: settings.warmUp * stepsPerEpoch };
  const view = viewSpecs(recipe, batch, images.size);

  const step = await engine.compile(
    simclrStep(settings),
    {
      state: { params, stats: start.stats, memory: initialMemory(settings.optimiser, params) },
      inputs: { images: uint8([batch, images.size, images.size, 3]), first: view, second: view, rate: float32([]) },
    },
    { name: 'simclr' },
  );
  const probe = await compileProbe(engine, network, data, start);

  const { rows, last } = await train<Parameters<(typeof step)['run']>[0], PretrainRow>(
    {
      epochs,
      stepsPerEpoch,
      imagesPerStep: batch,
      step,
      feed: async ({ epoch, index, step: at }) => {
        const indices = fullBatches(split.train, batch, { seed, epoch })[index]!;
        const draw = { seed, epoch, indices, sourceSize: images.size };
        return {
          images: await readBatch(data, indices),
          first: drawViews(recipe, { ...draw, view: 0 }),
          second: drawViews(recipe, { ...draw, view: 1 }),
          rate: { dtype: 'float32', shape: [], data: Float32Array.of(warmUpCosine(settings.rate, schedule, at)) },
        };
      },
      endOfEpoch: async ({ epoch, means, model }: Ended<PretrainRow>) => {
        const probed = probe !== null && (epoch % settings.probeEvery === 0 || epoch === epochs);
        const row = {
          epoch,
          loss: significant(means.loss!),
          rate: significant(warmUpCosine(settings.rate, schedule, epoch * stepsPerEpoch - 1)),
          embeddingStd: significant(means.embeddingStd!),
          alignment: significant(means.alignment!),
          uniformity: significant(means.uniformity!),
          knn: probed ? significant(await probe(await model())) : null,
        };
        return { row, keep: false };
      },
    },
    watch,
  );
  await step.dispose();
  return { rows, encoder: withoutProjection(last, start) };
}

/** Null where there are no validation images to probe with. */
async function compileProbe(engine: Engine, network: ResNet, data: LearningData, start: HostModel): Promise<((model: HostModel) => Promise<number>) | null> {
  const { train: banked, validation: asked } = data.split;
  if (asked.length === 0) return null;
  const classes = [...new Set([...banked, ...asked].map((index) => data.rows[index]!.label))];
  const [bankLabels, askedLabels] = [labelsOf(data, banked, classes), labelsOf(data, asked, classes)];
  const inference: Inference = await compileInference(engine, network, FEATURES, data, start);
  return async (model) => {
    const encoder = withoutProjection(model, start);
    const bank = await inference.of(encoder, banked);
    return knnProbe({ features: bank, labels: bankLabels }, { features: await inference.of(encoder, asked), labels: askedLabels });
  };
}

function withoutProjection({ params, stats }: HostModel, start: Model<HostTensor>): HostModel {
  return { params: Object.fromEntries(Object.keys(start.params).map((name) => [name, params[name]!])), stats };
}
