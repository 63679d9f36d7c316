/**
 * Looks into one fine-tuned network: Grad-CAM of its surest mistakes, and its features before and after fine-tuning.
 */
import type { Engine } from '../../tensor/engine.ts';
import { significant } from '../../util/number.ts';
import { DatasetError } from '../dataset/error.ts';
import type { Predictions } from '../eval/predictions.ts';
import { resnetStructure, type ResNet } from '../nn/resnet.ts';
import { labelsOf, readBatch, type TrainingData } from '../train/data.ts';
import { compileInference, FEATURES } from '../train/inference.ts';
import type { HostModel } from '../train/loop.ts';
import { embeddingMaps, sampleIndices } from './embeddings.ts';
import { chooseExamples, type Example } from './examples.ts';
import type { ExplanationFile } from '../../formats/explanation.ts';
import { compileGradCam, camLayer, type CamLayer } from './grad-cam.ts';
import { overlayHeatmap } from './overlay.ts';
import { at } from '../../util/known.ts';

export interface Explained {
  readonly network: ResNet;
  /** Body and classifier, as fine-tuning left them. */
  readonly after: HostModel;
  /** The body that fine-tuning started from. */
  readonly before: HostModel;
  readonly classes: readonly string[];
  readonly predictions: Predictions;
  /** The seed of the choice of images and of UMAP. */
  readonly seed: number;
  /** The maximum number of embedded test images. */
  readonly images: number;
}

interface Explaining {
  readonly explanation: Omit<ExplanationFile, 'model'>;
  readonly layer: CamLayer;
  /**
   * RGB bytes, a row for each mistake and each right answer: picture, Grad-CAM of the predicted class, of the labeled
   * class.
   */
  readonly pictures: Uint8Array[][];
}

/** Throws DatasetError if the predictions are not of these images. */
export async function explain(engine: Engine, explained: Explained, data: TrainingData): Promise<Explaining> {
  const { network, classes, predictions } = explained;
  expectSameImages(predictions, data, classes);
  const layer = camLayer(network, data.images.size);
  const { mistakes, correct } = chooseExamples(predictions);
  const pictures = await drawExamples(engine, explained, layer, [...mistakes, ...correct], data);
  const shown = ({ image, label, confidence }: Example, row: number) => ({
    image,
    label,
    confidence: significant(confidence),
    row,
  });
  return {
    explanation: {
      classes: [...classes],
      embeddings: await embedTestImages(engine, explained, data),
      mistakes: mistakes.map((example, row) => ({ ...shown(example, row), predicted: example.predicted })),
      correct: correct.map((example, i) => shown(example, mistakes.length + i)),
    },
    layer,
    pictures,
  };
}

function expectSameImages(
  { images, classes: predicted }: Predictions,
  { rows }: TrainingData,
  classes: readonly string[],
): void {
  if (String(predicted) !== String(classes))
    throw new DatasetError(
      `The predictions are of the classes ${predicted.join(', ')}; those of the data set are ${classes.join(', ')}.`,
    );
  const stranger = images.find(({ index, image }) => rows[index]?.image !== image);
  if (stranger !== undefined)
    throw new DatasetError(
      `The predictions call image ${stranger.index} "${stranger.image}"; in the table it is ` +
        `${JSON.stringify(rows[stranger.index]?.image ?? null)}. Both must be of one data set.`,
    );
}

async function drawExamples(
  engine: Engine,
  { network, after }: Explained,
  layer: CamLayer,
  examples: readonly Example[],
  data: TrainingData,
): Promise<Uint8Array[][]> {
  if (examples.length === 0) return [];
  const { size } = data.images;
  const gradCam = await compileGradCam(engine, { network, model: after }, layer, { batch: examples.length, size });
  const images = await readBatch(
    data,
    examples.map(({ index }) => index),
  );
  const ofPredicted = await gradCam.of(
    images,
    examples.map(({ predicted }) => predicted),
  );
  const ofLabeled = await gradCam.of(
    images,
    examples.map(({ label }) => label),
  );
  await gradCam.dispose();
  const places = layer.side * layer.side;
  return examples.map((_, row) => {
    const picture = images.data.subarray(row * size * size * 3, (row + 1) * size * size * 3);
    const over = (maps: Float32Array) =>
      overlayHeatmap(picture, size, maps.subarray(row * places, (row + 1) * places), layer.side);
    return [picture, over(ofPredicted), over(ofLabeled)];
  });
}

async function embedTestImages(
  engine: Engine,
  { network, before, after, classes, seed, images: most }: Explained,
  data: TrainingData,
): Promise<ExplanationFile['embeddings']> {
  const indices = sampleIndices(data.split.test, most, seed);
  // One compiled network for both: the classifier does not enter the features.
  const start = { params: { ...after.params, ...before.params }, stats: before.stats };
  const inference = await compileInference(engine, network, FEATURES, data, after);
  const features = { before: await inference.of(start, indices), after: await inference.of(after, indices) };
  await inference.dispose();
  return {
    images: indices.map((index) => at(data.rows, index).image),
    labels: labelsOf(data, indices, classes),
    ...embeddingMaps(features, resnetStructure(network).features, seed),
  };
}
