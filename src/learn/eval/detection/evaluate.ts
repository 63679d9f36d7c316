/** Evaluates the models on the objects of one data set: scores with intervals, differences, a guess beside them. */
import type { DetectionEvaluation, ObjectClassScores } from '../../../formats/detection-evaluation.ts';
import type { LabeledPicture, ObjectClass } from '../../../formats/objects.ts';
import { SUBSETS, type Subset } from '../../../formats/subset.ts';
import { at } from '../../../util/known.ts';
import { significant } from '../../../util/number.ts';
import type { SubsetIndices } from '../../dataset/split-table.ts';
import type { TableRow } from '../../dataset/table.ts';
import type { BootstrapOptions } from '../bootstrap.ts';
import { compareRuns, scoresOf, type ScoredRun } from '../compare-runs.ts';
import type { DeclaredContrasts } from '../contrasts.ts';
import { averagePrecisions } from './average-precision.ts';
import { isRightBox, relativeDistance, surestDistance } from './landmarks.ts';
import { meanOf } from './mean-of.ts';
import { boxMetrics, type ScoredBoxes } from './scored-boxes.ts';

/** One training, its objects beside the true ones. */
export type DetectedRun = ScoredRun<ScoredBoxes>;

interface BoxEvaluationOptions {
  readonly dataset: string;
  readonly classes: readonly ObjectClass[];
  readonly counts: DetectionEvaluation['counts'];
  /** The group of each test image. */
  readonly groups: readonly string[];
  /** The constant guess on the test images. */
  readonly guess: ScoredBoxes;
  readonly bootstrap: BootstrapOptions;
  readonly declared: DeclaredContrasts;
}

/** All but the pictures. Throws DatasetError when a model lacks a seed. */
export function evaluateBoxes(
  runs: readonly DetectedRun[],
  { dataset, classes, counts, guess, ...comparison }: BoxEvaluationOptions,
): Omit<DetectionEvaluation, 'examples'> {
  const metrics = boxMetrics(classes.map(({ kind }) => kind === 'point'));
  const { models, ...compared } = compareRuns(runs, { ...comparison, metrics });
  const byClass = (tests: readonly ScoredBoxes[]) => classes.map((each, k) => classScores(each, k, tests));
  return {
    task: 'detection',
    ...{ dataset, classes, counts, ...compared },
    baselines: [{ name: 'constant guess', test: scoresOf(metrics, guess), byClass: byClass([guess]) }],
    models: models.map(({ runs: own, ...model }) => ({ ...model, byClass: byClass(own.map(({ test }) => test)) })),
  };
}

/** `tests` are the test images as each seed's network answered them. */
function classScores({ name, kind }: ObjectClass, k: number, tests: readonly ScoredBoxes[]): ObjectClassScores {
  const rounded = (values: readonly (number | null)[]): number | null => {
    const mean = meanOf(values);
    return mean === null ? null : significant(mean);
  };
  const overSeeds = (scoreOf: (test: ScoredBoxes) => number | null) => rounded(tests.map(scoreOf));
  const overImages = (scoreOf: (image: ScoredBoxes[number], of: number) => number | null) =>
    overSeeds((test) => meanOf(test.map((image) => scoreOf(image, k))));
  const ofBoxes = (value: () => number | null) => (kind === 'point' ? null : value());
  const precisions = tests.map((test) => averagePrecisions(test, k + 1)[k] ?? null);
  return {
    class: name,
    ap50: ofBoxes(() => rounded(precisions.map((each) => each?.ap50 ?? null))),
    ap50to95: ofBoxes(() => rounded(precisions.map((each) => each?.ap50to95 ?? null))),
    rightBoxes: ofBoxes(() => overImages(isRightBox)),
    distance: overImages(surestDistance),
    relativeDistance: overImages(relativeDistance),
  };
}

/** The images of each subset, and their objects of each class. */
export function countObjects(
  { rows, split }: { readonly rows: readonly TableRow[]; readonly split: SubsetIndices },
  pictures: readonly LabeledPicture[],
  classes: number,
): DetectionEvaluation['counts'] {
  const countsOf = (subset: Subset) => {
    const objects = split[subset].flatMap((index) => at(pictures, index).objects);
    return {
      images: split[subset].length,
      groups: new Set(split[subset].map((index) => at(rows, index).group)).size,
      byClass: Array.from({ length: classes }, (_, k) => objects.filter((object) => object.class === k).length),
    };
  };
  const [train, validation, test] = SUBSETS.map(countsOf);
  if (!train || !validation || !test) throw new Error('Internal error: there are three subsets.');
  return { train, validation, test };
}
