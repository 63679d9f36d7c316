/**
 * Pre-trains a network by a method on the training subset, and watches it with a nearest-neighbor probe on the
 * validation subset.
 */
import type { Engine, Precision } from '../../tensor/engine.ts';
import { float32, int32, uint8, type HostTensor, type TensorSpec } from '../../tensor/host-tensor.ts';
import { significant } from '../../util/number.ts';
import { sampleViewParams, viewParamSpecs } from '../augment/index.ts';
import { DatasetError } from '../dataset/error.ts';
import type { ResNet } from '../nn/resnet.ts';
import { scheduledLearningRate, type SCHEDULES } from '../nn/schedule.ts';
import { detectCollapse } from '../ssl/detect-collapse.ts';
import type { SslMethod, MethodInputs, MethodState } from '../ssl/method.ts';
import { batchesOf, dropLastBatches, type Batch } from './batches.ts';
import { compileStep } from './compile-step.ts';
import { classesByImage, labelBatch, readBatch, scalar, type TrainingData } from './data.ts';
import { train, type EpochEnd, type HostModel, type TrainingContext } from './loop.ts';
import { compileOnlineKnn } from './online-knn.ts';
import { field } from '../../util/known.ts';

export interface PretrainSettings {
  /** Present if labels are findings, of which an image may have several. */
  readonly task?: 'findings';
  readonly network: ResNet;
  readonly epochs: number;
  /** Images in a batch; the step sees each in several views. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** Epochs over which the rate rises. */
  readonly warmupEpochs: number;
  readonly schedule: (typeof SCHEDULES)[number];
  /** Epochs between two probes; the last epoch is always probed. */
  readonly probeEvery: number;
  /** The precision of training; probes are float32. */
  readonly precision: Precision;
  readonly seed: number;
}

type PretrainRow = Readonly<{
  epoch: number;
  loss: number;
  learningRate: number;
  embeddingStd: number;
  relativeStd: number;
  alignment: number;
  uniformity: number;
  participationRatio: number;
  /** A description of the collapse; null if the embeddings are healthy. */
  collapse: string | null;
  /** Balanced accuracy of the probe; null in epochs without one. */
  knn: number | null;
}>;

interface Pretrained {
  /** The probe of the first weights; null without validation images. */
  readonly start: { readonly knn: number | null };
  readonly rows: readonly PretrainRow[];
  /** After the last epoch, without the method's heads. */
  readonly encoder: HostModel;
}

/** `start` is the encoder's first weights. Test images and their labels are not read. */
export async function pretrain<State extends MethodState>(
  engine: Engine,
  settings: PretrainSettings,
  method: SslMethod<State>,
  data: TrainingData,
  start: HostModel,
  watch: TrainingContext,
): Promise<Pretrained> {
  const { network, epochs, batchSize, precision } = settings;
  const schedule = stepSchedule(settings, method, data);
  const classOf = method.labeled ? classesByImage(data, data.split.train) : null;
  const inputs = inputSpecs(settings, method, data, schedule);
  const step = await compileStep<MethodInputs<HostTensor>>(
    engine,
    { name: method.name, precision },
    method,
    start,
    inputs,
  );
  const probe = await compileOnlineKnn(engine, network, data, start, settings.task);
  const before = probe === null ? null : significant(await probe(start));
  const knnAt = async (epoch: number, model: () => Promise<HostModel>): Promise<number | null> => {
    if (probe === null || (epoch % settings.probeEvery !== 0 && epoch !== epochs)) return null;
    return significant(await probe(encoderOf(await model(), start)));
  };

  const batchAt = batchesOf(dropLastBatches, seenImages(method.labeled, data.split), batchSize, settings.seed);
  const { rows, last } = await train<MethodInputs<HostTensor>, PretrainRow>(
    {
      epochs,
      stepsPerEpoch: schedule.stepsPerEpoch,
      imagesPerStep: batchSize,
      step,
      engine: engine.description,
      feed: (position) => feed(batchAt(position), settings, method, data, schedule, classOf),
      endOfEpoch: async ({ epoch, means, rows: earlier, model }: EpochEnd<PretrainRow>) => {
        const collapse = collapseOf(means, method);
        // Reported at its beginning, not in every epoch.
        if (collapse !== null && (earlier.at(-1)?.collapse ?? null) === null)
          watch.warn(
            `The embeddings collapsed in epoch ${epoch}: ${collapse}. Unless it recovers, the weights are worth ` +
              'little; the curves tell.',
          );
        const { loss, ...stats } = mapValues(means, (mean) => significant(mean)) as Means;
        const learningRate = significant(schedule.learningRateAt(epoch * schedule.stepsPerEpoch - 1));
        return { epoch, loss, learningRate, ...stats, collapse, knn: await knnAt(epoch, model) };
      },
    },
    watch,
  );
  await step.dispose();
  return { start: { knn: before }, rows, encoder: encoderOf(last, start) };
}

/** The outputs of a step, averaged over an epoch. */
type Means = Omit<PretrainRow, 'epoch' | 'learningRate' | 'collapse' | 'knn'>;

/** Those of the training subset, and those that have no label if the method needs none. */
const seenImages = (labeled: boolean, { train: subset, pretraining = [] }: TrainingData['split']): readonly number[] =>
  labeled ? subset : [...subset, ...pretraining];

interface StepSchedule {
  readonly stepsPerEpoch: number;
  /** Steps count from 0. */
  readonly learningRateAt: (step: number) => number;
  /** The numbers that the method wants to be fed. */
  readonly scheduledAt: (step: number) => Record<string, HostTensor<'float32'>>;
}

/** Throws DatasetError if the training subset does not fill a batch. */
function stepSchedule<State extends MethodState>(
  { epochs, batchSize, learningRate, warmupEpochs, schedule: name }: PretrainSettings,
  method: SslMethod<State>,
  { split }: TrainingData,
): StepSchedule {
  const images = seenImages(method.labeled, split).length;
  const stepsPerEpoch = Math.floor(images / batchSize);
  if (stepsPerEpoch === 0) {
    throw new DatasetError(
      `A batch of ${batchSize} images cannot be filled: the training subset has ${images}. Set "batchSize" to ` +
        `${images} or less.`,
    );
  }
  const steps = epochs * stepsPerEpoch;
  const warmupSteps = warmupEpochs * stepsPerEpoch;
  return {
    stepsPerEpoch,
    learningRateAt: (step) => scheduledLearningRate(learningRate, { name, steps, warmupSteps }, step),
    scheduledAt: (step) => mapValues(method.schedule({ step, steps, stepsPerEpoch }), scalar),
  };
}

function inputSpecs<State extends MethodState>(
  { batchSize }: PretrainSettings,
  method: SslMethod<State>,
  { images: { size } }: TrainingData,
  { scheduledAt }: StepSchedule,
): MethodInputs<TensorSpec> {
  return {
    images: uint8([batchSize, size, size, 3]),
    views: Object.fromEntries(
      method.views.map((augmentation, view) => [view, viewParamSpecs(augmentation, batchSize, size)]),
    ),
    learningRate: float32([]),
    scheduled: mapValues(scheduledAt(0), () => float32([])),
    ...(method.labeled && { labels: int32([batchSize]) }),
  };
}

async function feed<State extends MethodState>(
  { epoch, step, indices }: Batch,
  { seed }: PretrainSettings,
  method: SslMethod<State>,
  data: TrainingData,
  { learningRateAt, scheduledAt }: StepSchedule,
  classOf: ReadonlyMap<number, number> | null,
): Promise<MethodInputs<HostTensor>> {
  const sourceSize = data.images.size;
  const views = method.views.map((augmentation, view) => [
    view,
    sampleViewParams(augmentation, { seed, epoch, indices, view, sourceSize }),
  ]);
  return {
    images: await readBatch(data, indices),
    views: Object.fromEntries(views) as MethodInputs<HostTensor>['views'],
    learningRate: scalar(learningRateAt(step)),
    scheduled: scheduledAt(step),
    ...(classOf && { labels: labelBatch(classOf, indices) }),
  };
}

function collapseOf<State extends MethodState>(
  means: Readonly<Record<string, number>>,
  { labeled }: SslMethod<State>,
): string | null {
  const [relativeStd, participationRatio] = [field(means, 'relativeStd'), field(means, 'participationRatio')];
  return detectCollapse({ relativeStd, participationRatio, labeled });
}

function encoderOf({ params, stats }: HostModel, start: HostModel): HostModel {
  return { params: Object.fromEntries(Object.keys(start.params).map((name) => [name, field(params, name)])), stats };
}

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
