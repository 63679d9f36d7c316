/**
 * Pre-trains a network by a method on the training subset, and watches it with a nearest-neighbor probe on the
 * validation subset.
 */
import type * as tf from '@tensorflow/tfjs-core';
import type { Engine, Precision, StepFunction } from '../../tensor/engine.ts';
import { float32, int32, uint8, type HostTensor, type TensorSpec, type Tree } from '../../tensor/host-tensor.ts';
import { significant } from '../../util/number.ts';
import { sampleViewParams, viewParamSpecs } from '../augment/index.ts';
import { DatasetError } from '../dataset/error.ts';
import type { ResNet } from '../nn/resnet.ts';
import { scheduledLearningRate, type SCHEDULES } from '../nn/schedule.ts';
import { detectCollapse } from '../ssl/detect-collapse.ts';
import type { SslMethod, MethodInputs, MethodState } from '../ssl/method.ts';
import { dropLastBatches } from './batches.ts';
import { labelsOf, readBatch, type TrainingData } from './data.ts';
import { train, type EpochEnd, type HostModel, type CompiledTrainingStep, type TrainingContext } from './loop.ts';
import { compileOnlineKnn } from './online-knn.ts';

export interface PretrainSettings {
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

/** Also called if training goes wrong without an error. */
export interface PretrainContext extends TrainingContext {
  warn(text: string): void;
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
  watch: PretrainContext,
): Promise<Pretrained> {
  const { network, epochs, batchSize, seed } = settings;
  const { split, images } = data;
  const stepsPerEpoch = Math.floor(split.train.length / batchSize);
  if (stepsPerEpoch === 0) {
    throw new DatasetError(
      `A batch of ${batchSize} images cannot be filled: the training subset has ${split.train.length}. Set ` +
        `"batchSize" to ${split.train.length} or less.`,
    );
  }
  const steps = epochs * stepsPerEpoch;
  const learningRateAt = (step: number): number =>
    scheduledLearningRate(
      settings.learningRate,
      { name: settings.schedule, steps, warmupSteps: settings.warmupEpochs * stepsPerEpoch },
      step,
    );
  const scheduledAt = (step: number) => mapValues(method.schedule({ step, steps, stepsPerEpoch }), scalar);
  const classOf = method.labeled ? trainingClasses(data) : null;

  const step = await compileMethod(engine, settings.precision, method, start, {
    images: uint8([batchSize, images.size, images.size, 3]),
    views: Object.fromEntries(
      method.views.map((augmentation, view) => [view, viewParamSpecs(augmentation, batchSize, images.size)]),
    ),
    learningRate: float32([]),
    scheduled: mapValues(scheduledAt(0), () => float32([])),
    ...(classOf && { labels: int32([batchSize]) }),
  });
  const probe = await compileOnlineKnn(engine, network, data, start);
  const before = probe === null ? null : significant(await probe(start));

  const { rows, last } = await train<MethodInputs<HostTensor>, PretrainRow>(
    {
      epochs,
      stepsPerEpoch,
      imagesPerStep: batchSize,
      step,
      feed: async ({ epoch, index, step: at }) => {
        const indices = dropLastBatches(split.train, batchSize, { seed, epoch })[index]!;
        return {
          images: await readBatch(data, indices),
          views: Object.fromEntries(
            method.views.map((augmentation, view) => [
              view,
              sampleViewParams(augmentation, { seed, epoch, indices, view, sourceSize: images.size }),
            ]),
          ),
          learningRate: scalar(learningRateAt(at)),
          scheduled: scheduledAt(at),
          ...(classOf && {
            labels: {
              dtype: 'int32',
              shape: [batchSize],
              data: Int32Array.from(indices, (image) => classOf.get(image)!),
            },
          }),
        };
      },
      endOfEpoch: async ({ epoch, means, rows: earlier, model }: EpochEnd<PretrainRow>) => {
        const wrong = detectCollapse({
          relativeStd: means.relativeStd!,
          participationRatio: means.participationRatio!,
          labeled: method.labeled,
        });
        // Reported at its beginning, not in every epoch.
        if (wrong !== null && (earlier.at(-1)?.collapse ?? null) === null)
          watch.warn(
            `The embeddings collapsed in epoch ${epoch}: ${wrong}. Unless it recovers, the weights are worth ` +
              'little; the curves tell.',
          );
        const probed = probe !== null && (epoch % settings.probeEvery === 0 || epoch === epochs);
        const knn = probed ? significant(await probe(encoderOf(await model(), start))) : null;
        const { loss, ...shape } = mapValues(means, (mean) => significant(mean)) as Omit<
          PretrainRow,
          'epoch' | 'learningRate' | 'collapse' | 'knn'
        >;
        return {
          row: {
            epoch,
            loss,
            learningRate: significant(learningRateAt(epoch * stepsPerEpoch - 1)),
            ...shape,
            collapse: wrong,
            knn,
          },
          keep: false,
        };
      },
    },
    watch,
  );
  await step.dispose();
  return { start: { knn: before }, rows, encoder: encoderOf(last, start) };
}

async function compileMethod<State extends MethodState>(
  engine: Engine,
  precision: Precision,
  method: SslMethod<State>,
  start: HostModel,
  inputs: MethodInputs<TensorSpec>,
): Promise<CompiledTrainingStep<MethodInputs<HostTensor>> & { dispose(): Promise<void> }> {
  const state = method.initial(start) as unknown as Tree<HostTensor>;
  // A step returns the type of state that it takes. The compiler cannot see that for the type of any method's state.
  const step = method.step as unknown as StepFunction<Tree<tf.Tensor>, Tree<tf.Tensor>, Record<string, tf.Scalar>>;
  return engine.compile(
    step,
    { state, inputs: inputs as unknown as Tree<TensorSpec> },
    { name: method.name, precision },
  ) as unknown as ReturnType<typeof compileMethod>;
}

/** Class numbers of the training images, by image. */
function trainingClasses(data: TrainingData): ReadonlyMap<number, number> {
  const { train: indices } = data.split;
  const classes = [...new Set(indices.map((index) => data.rows[index]!.label))];
  const labels = labelsOf(data, indices, classes);
  return new Map(indices.map((index, i) => [index, labels[i]!]));
}

function encoderOf({ params, stats }: HostModel, start: HostModel): HostModel {
  return { params: Object.fromEntries(Object.keys(start.params).map((name) => [name, params[name]!])), stats };
}

const scalar = (value: number): HostTensor<'float32'> => ({
  dtype: 'float32',
  shape: [],
  data: Float32Array.of(value),
});

const mapValues = <T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
