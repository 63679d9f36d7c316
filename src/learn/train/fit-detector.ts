/** The task of boxes and landmarks: a detector that finds the centers of objects, and the sizes of boxes. */
import type { Engine } from '../../tensor/engine.ts';
import { float32, type HostTensor } from '../../tensor/host-tensor.ts';
import { at, entry } from '../../util/known.ts';
import { significant } from '../../util/number.ts';
import { moveBox, sampleGeometries, type Augmentation, type Draw } from '../augment/index.ts';
import type { PlacedObject } from '../dataset/boxes/place-objects.ts';
import { averagePrecisions, type DetectedImage, type FoundBox } from '../eval/detection/average-precision.ts';
import { surestDistance } from '../eval/detection/landmarks.ts';
import { meanOf } from '../eval/detection/mean-of.ts';
import { cellsAlong } from '../nn/detector.ts';
import { detectorForward } from '../nn/detector-forward.ts';
import type { TrainingData } from './data.ts';
import { detectionStep } from './detection.ts';
import { lossOfMaps, totalLoss, type LossSums } from './detection-loss.ts';
import { foundObjects, targetMaps } from './detection-targets.ts';
import type { FitSettings } from './fit-settings.ts';
import { fitTask, type PredictedMaps } from './fit-task.ts';
import type { HostModel, TrainingContext } from './loop.ts';
import { inverseFrequencies } from './supervised.ts';

export interface DetectionData extends TrainingData {
  /** The objects in the square of each image, by row. */
  readonly objectsOf: ReadonlyMap<number, readonly PlacedObject[]>;
  /** For each class: its objects are landmarks. */
  readonly isPoint: readonly boolean[];
}

type DetectorRow = Readonly<{
  epoch: number;
  learningRate: number;
  /** The means over the augmented batches, while the weights were moving. */
  train: Readonly<Record<'loss' | 'centers' | 'offsets' | 'sizes', number>>;
  /**
   * The same loss without augmentation; the mean AP50 of boxes, and the mean distance of the surest centers in pixels
   * of the square. Null where no image has such an object.
   */
  validation: { readonly loss: number; readonly ap50: number | null; readonly distance: number | null };
}>;

interface DetectorFit {
  readonly rows: readonly DetectorRow[];
  /** Encoder, decoder and heads after the last epoch. */
  readonly model: HostModel;
  /** The objects that the last epoch finds, one image after the other, in pixels of the square. */
  readonly predictions: (indices: readonly number[]) => AsyncIterable<FoundObjects>;
}

interface FoundObjects {
  readonly index: number;
  readonly found: readonly FoundBox[];
}

/** `start` holds the encoder, the decoder and the heads. Throws TrainingError when the training diverges. */
export async function fitDetector(
  engine: Engine,
  settings: FitSettings,
  data: DetectionData,
  start: HostModel,
  watch: TrainingContext,
): Promise<DetectorFit> {
  const { network, classes, optimizer, batchSize, augmentation } = settings;
  const { isPoint } = data;
  const { size } = data.images;
  const cells = cellsAlong(size);
  const shaped = (channels: number) => [batchSize, cells, cells, channels];
  const { rows, model, predictions } = await fitTask(
    engine,
    settings,
    {
      name: 'detector',
      step: detectionStep({ network, optimizer, classWeights: classWeightsOf(settings, data) }),
      labelSpecs: {
        centers: float32(shaped(classes.length)),
        places: float32(shaped(4)),
        weights: float32(shaped(2)),
      },
      labels: (draw) => {
        const maps = targetMaps(movedObjects(data, augmentation, draw), augmentation.size, classes.length);
        const tensor = (values: Float32Array, channels: number): HostTensor => ({
          dtype: 'float32',
          shape: shaped(channels),
          data: values,
        });
        return Promise.resolve({
          centers: tensor(maps.centers, classes.length),
          places: tensor(maps.places, 4),
          weights: tensor(maps.weights, 2),
        });
      },
      predict: (params, stats, pixels) => detectorForward(network, classes.length, params, stats, pixels, false).maps,
      validate: (predicted) => validate(predicted, data),
    },
    data,
    start,
    watch,
  );
  return {
    rows,
    model,
    predictions: async function* (indices) {
      for await (const { index, maps } of predictions(indices))
        yield { index, found: foundObjects(maps, size, isPoint) };
    },
  };
}

/** One for each class: `balanced` weighs the centers of rare classes more. */
function classWeightsOf({ classes, classWeights }: FitSettings, { split, objectsOf }: DetectionData): number[] {
  if (classWeights === 'none') return classes.map(() => 1);
  const trained = split.train.flatMap((index) => entry(objectsOf, index));
  return inverseFrequencies(classes.map((_, k) => trained.filter((object) => object.class === k).length));
}

/** The objects of the images of a draw, moved as the images are. */
function movedObjects({ objectsOf }: DetectionData, augmentation: Augmentation, draw: Draw): PlacedObject[][] {
  const sides = { from: draw.sourceSize, to: augmentation.size };
  return sampleGeometries(augmentation, draw).map((geometry, i) =>
    entry(objectsOf, at(draw.indices, i)).flatMap((object) => {
      const box = moveBox(object.box, geometry, sides);
      return box === undefined ? [] : [{ class: object.class, box }];
    }),
  );
}

async function validate(
  predictions: AsyncIterable<PredictedMaps>,
  { objectsOf, isPoint, images: { size } }: DetectionData,
): Promise<DetectorRow['validation']> {
  const detected: DetectedImage[] = [];
  const sums: LossSums[] = [];
  for await (const { index, maps } of predictions) {
    const wanted = entry(objectsOf, index);
    sums.push(lossOfMaps(maps, targetMaps([wanted], size, isPoint.length), isPoint.length));
    detected.push({ found: foundObjects(maps, size, isPoint), wanted });
  }
  const precisions = averagePrecisions(detected, isPoint.length);
  const distances = isPoint.map((_, k) => meanOf(detected.map((image) => surestDistance(image, k))));
  return {
    loss: significant(totalLoss(sums)),
    ap50: rounded(meanOf(precisions.map((each, k) => (at(isPoint, k) ? null : (each?.ap50 ?? null))))),
    distance: rounded(meanOf(distances)),
  };
}

const rounded = (value: number | null): number | null => (value === null ? null : significant(value));
