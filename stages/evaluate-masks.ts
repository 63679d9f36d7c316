/** Scores the masks of the models on one data set, with intervals, and shows some of them. */
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/formats/dataset.ts';
import { writeSegmentationEvaluation } from '../src/formats/segmentation-evaluation.ts';
import { SUBSETS } from '../src/formats/subset.ts';
import { contactSheet } from '../src/learn/dataset/contact-sheet.ts';
import { readMask } from '../src/learn/dataset/masks/mask-folder.ts';
import { openPackedMasks } from '../src/learn/dataset/packed-masks.ts';
import { enlarged, zoomOf } from '../src/learn/eval/drawing.ts';
import { evaluateMasks, type SegmentedRun } from '../src/learn/eval/segmentation/evaluate.ts';
import { scoreGuesses } from '../src/learn/eval/segmentation/guesses.ts';
import type { Mask } from '../src/learn/eval/segmentation/mask.ts';
import { countMasks } from '../src/learn/eval/segmentation/mask-counts.ts';
import { maskAtOriginalSize } from '../src/learn/eval/segmentation/original-size.ts';
import { chooseOverlays, overlay, type ChosenExample } from '../src/learn/eval/segmentation/overlays.ts';
import { readMaskPredictions } from '../src/learn/eval/segmentation/predictions.ts';
import { certain, scoreSubset, type TrueMasks } from '../src/learn/eval/segmentation/score-runs.ts';
import { writeTaskResults } from '../src/learn/eval/task-results.ts';
import { openTrainingData, type TrainingData } from '../src/learn/train/data.ts';
import { defineStage, gathered, input, output } from '../src/stage/index.ts';
import { at } from '../src/util/known.ts';
import { COMPARISON, RUN } from './shared/comparison.ts';
import { MASKED_DATA } from './shared/masks.ts';
import { scoreRuns, shownRuns } from './shared/score-runs.ts';

export default defineStage({
  inputs: {
    ...MASKED_DATA,
    /** The folder `masks/` of ingest-masks. */
    originals: input,
    /** `predictions.safetensors` of finetune-masks. */
    predictions: gathered(RUN),
  },
  params: Type.Object(COMPARISON),
  outputs: {
    /** `metrics.json`. */
    metrics: output,
    /** `results.csv`: dataset,model,seed,subset,metric,value. */
    results: output,
    /** `pictures.png`: a row for the best, the median and the worst test image: the truth, then each model. */
    pictures: output,
  },
  run: async ({ inputs, params, outputs, stage }) => {
    const { labels, resamples, level, seed, ...declared } = params;
    const { name, classes: all } = await readDataset(inputs.dataset);
    const classes = all.length;
    const data = await openTrainingData(inputs);
    const masks = await openPackedMasks(inputs.masks);
    const { split } = data;
    const { truth, numbersIn } = await readTruth(inputs.originals, data);
    const runs: SegmentedRun[] = await scoreRuns(
      inputs.predictions,
      labels,
      readMaskPredictions,
      (predictions, file, subset) => scoreSubset(predictions, split[subset], truth, { classes, file, subset }),
      stage,
    );
    const evaluation = evaluateMasks(runs, {
      dataset: name,
      classes: all.slice(1),
      counts: countMasks(data, numbersIn, classes),
      groups: split.test.map((index) => at(data.rows, index).group),
      baselines: await scoreGuesses({ ...split, images: data.images, masks, truth, classes }),
      bootstrap: { resamples, level, seed },
      declared,
    });
    const shown = shownRuns(evaluation, runs);
    const names = split.test.map((index) => at(data.rows, index).image);
    const chosen = chooseOverlays(runs, shown, names);
    const examples = chosen.map(({ rank, image, dice }) => ({ rank, image, dice }));
    await writeSegmentationEvaluation(outputs.metrics, { ...evaluation, examples });
    await writeTaskResults(outputs.results, evaluation);
    const files = shown.map((run) => at(inputs.predictions, runs.indexOf(run)).path);
    await drawExamples(outputs.pictures, chosen, files, data, masks, classes);
    await data.images.close();
  },
});

interface Truth {
  readonly truth: TrueMasks;
  /** The class numbers in each mask, those of training images too. */
  readonly numbersIn: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Masks at original size are large: those of training images are counted, and not kept. */
async function readTruth(folder: string, { split }: TrainingData): Promise<Truth> {
  const truth = new Map<number, Mask>();
  const numbersIn = new Map<number, ReadonlySet<number>>();
  for (const subset of SUBSETS)
    for (const index of split[subset]) {
      const mask = await readMask(folder, index);
      numbersIn.set(index, new Set(mask.data));
      if (subset !== 'train') truth.set(index, mask);
    }
  return { truth, numbersIn };
}

/** Squares as they were trained on, enlarged; `files` are the predictions of the models that are shown. */
async function drawExamples(
  path: string,
  chosen: readonly ChosenExample[],
  files: readonly string[],
  { images, split }: TrainingData,
  masks: Awaited<ReturnType<typeof openPackedMasks>>,
  classes: number,
): Promise<void> {
  const zoom = zoomOf(images.size);
  const square = { width: images.size * zoom, height: images.size * zoom };
  const opened = await Promise.all(files.map(readMaskPredictions));
  const rows: Uint8Array[][] = [];
  for (const { position } of chosen) {
    const index = at(split.test, position);
    const picture = enlarged(await images.read([index]), images.size, zoom);
    const mask = { width: images.size, height: images.size, data: await masks.read([index]) };
    const wanted = maskAtOriginalSize(certain(mask, classes), square);
    const found = opened.map((predictions) => predictions.of(predictions.indices.indexOf(index)));
    rows.push([
      overlay(picture, wanted, null),
      ...found.map((prediction) => overlay(picture, wanted, maskAtOriginalSize(prediction, square))),
    ]);
  }
  await contactSheet(path, rows, { size: square.width });
}
