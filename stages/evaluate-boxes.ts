/** Scores the objects that the models find on one data set, with intervals, and shows some of them. */
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/formats/dataset.ts';
import { writeDetectionEvaluation, type DetectionEvaluation } from '../src/formats/detection-evaluation.ts';
import { readObjects, type LabeledPicture } from '../src/formats/objects.ts';
import { placeObjects } from '../src/learn/dataset/boxes/place-objects.ts';
import { contactSheet } from '../src/learn/dataset/contact-sheet.ts';
import { detectedImages, guessObjects } from '../src/learn/eval/detection/detected.ts';
import { countObjects, evaluateBoxes, type DetectedRun } from '../src/learn/eval/detection/evaluate.ts';
import { surestDistance } from '../src/learn/eval/detection/landmarks.ts';
import { meanOf } from '../src/learn/eval/detection/mean-of.ts';
import { drawObjects, shownObjects } from '../src/learn/eval/detection/pictures.ts';
import { readFoundObjects } from '../src/learn/eval/detection/predictions.ts';
import { chooseRanked, enlarged, zoomOf } from '../src/learn/eval/drawing.ts';
import { writeTaskResults } from '../src/learn/eval/task-results.ts';
import { openTrainingData, type TrainingData } from '../src/learn/train/data.ts';
import { defineStage, gathered, input, output } from '../src/stage/index.ts';
import { at } from '../src/util/known.ts';
import { significant } from '../src/util/number.ts';
import { COMPARISON, RUN } from './shared/comparison.ts';
import { DATA } from './shared/data.ts';
import { scoreRuns, shownRuns } from './shared/score-runs.ts';

export default defineStage({
  inputs: {
    ...DATA,
    /** `objects.json` of ingest-boxes. */
    objects: input,
    /** `predictions.csv` of finetune-boxes. */
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
    const { name, classes: names } = await readDataset(inputs.dataset);
    const { classes, images: pictures } = await readObjects(inputs.objects);
    const data = await openTrainingData(inputs);
    const { split, rows } = data;
    const runs: DetectedRun[] = await scoreRuns(
      inputs.predictions,
      labels,
      (path) => readFoundObjects(path, names),
      (found, file, subset) => detectedImages(found, split[subset], pictures, { file, subset }),
      stage,
    );
    const evaluation = evaluateBoxes(runs, {
      ...{ dataset: name, classes, declared },
      counts: countObjects(data, pictures, classes.length),
      groups: split.test.map((index) => at(rows, index).group),
      guess: guessObjects(split, pictures, classes),
      bootstrap: { resamples, level, seed },
    });
    const shown = shownRuns(evaluation, runs);
    const apart = ({ test }: DetectedRun, position: number): number | null =>
      meanOf(classes.map((_, k) => surestDistance(at(test, position), k)));
    const chosen = chooseRanked(split.test.length, (position) =>
      runs.flatMap((run) => {
        const distance = apart(run, position);
        return distance === null ? [] : [-distance];
      }),
    );
    const examples = chosen.map(({ rank, position }): DetectionEvaluation['examples'][number] => ({
      rank,
      image: at(rows, at(split.test, position)).image,
      distance: shown.map((run) => roundedOrNull(apart(run, position))),
    }));
    await writeDetectionEvaluation(outputs.metrics, { ...evaluation, examples });
    await writeTaskResults(outputs.results, evaluation);
    const positions = chosen.map(({ position }) => position);
    await drawExamples(outputs.pictures, positions, shown, data, pictures);
    await data.images.close();
  },
});

const roundedOrNull = (value: number | null): number | null => (value === null ? null : significant(value));

/** Squares as they were trained on, enlarged. */
async function drawExamples(
  path: string,
  positions: readonly number[],
  shown: readonly DetectedRun[],
  { images, split }: TrainingData,
  pictures: readonly LabeledPicture[],
): Promise<void> {
  const zoom = zoomOf(images.size);
  const side = images.size * zoom;
  const tiles: Uint8Array[][] = [];
  for (const position of positions) {
    const index = at(split.test, position);
    const { width, height, objects } = at(pictures, index);
    const square = enlarged(await images.read([index]), images.size, zoom);
    const placed = (boxes: LabeledPicture['objects']) =>
      placeObjects({ width, height, objects: boxes }, side).map(({ box }) => box);
    const wanted = placed(objects);
    const found = shown.map(({ test }) =>
      placed(shownObjects(at(test, position).found).map(({ class: of, box }) => ({ class: of, ...box }))),
    );
    tiles.push([
      drawObjects(square, side, { wanted, found: [] }),
      ...found.map((boxes) => drawObjects(square, side, { wanted, found: boxes })),
    ]);
  }
  await contactSheet(path, tiles, { size: side });
}
