/** Evaluates the models on the masks of one data set: scores with intervals, differences, guesses beside them. */
import type { SegmentationEvaluation, SegmentedModel } from '../../../formats/segmentation-evaluation.ts';
import { at } from '../../../util/known.ts';
import { significant } from '../../../util/number.ts';
import type { BootstrapOptions } from '../bootstrap.ts';
import { compareRuns, scoresOf, type ScoredRun } from '../compare-runs.ts';
import type { DeclaredContrasts } from '../contrasts.ts';
import { MASK_METRICS, maskScore, type ScoredMasks } from './scored-masks.ts';

/** One training, its masks scored. */
export type SegmentedRun = ScoredRun<ScoredMasks>;

interface MaskEvaluationOptions {
  readonly dataset: string;
  /** Without the background. */
  readonly classes: readonly string[];
  readonly counts: SegmentationEvaluation['counts'];
  /** The group of each test image. */
  readonly groups: readonly string[];
  readonly baselines: readonly { readonly name: 'constant mask' | 'threshold'; readonly test: ScoredMasks }[];
  readonly bootstrap: BootstrapOptions;
  readonly declared: DeclaredContrasts;
}

/** All but the pictures. Throws DatasetError when a model lacks a seed. */
export function evaluateMasks(
  runs: readonly SegmentedRun[],
  { dataset, classes, counts, baselines, ...comparison }: MaskEvaluationOptions,
): Omit<SegmentationEvaluation, 'examples'> {
  const { models, ...compared } = compareRuns(runs, { ...comparison, metrics: MASK_METRICS });
  return {
    task: 'segmentation',
    ...{ dataset, classes, counts, ...compared },
    baselines: baselines.map(({ name, test }) => ({ name, test: scoresOf(MASK_METRICS, test) })),
    models: models.map(({ runs: own, ...model }) => ({
      ...model,
      byClass: classes.map((name, k) =>
        classScores(
          name,
          k,
          own.map(({ test }) => test),
        ),
      ),
    })),
  };
}

function classScores(name: string, k: number, tests: readonly ScoredMasks[]): SegmentedModel['byClass'][number] {
  const scores = tests.flatMap((test) => test.map((own) => at(own, k)));
  const mean = (metric: Parameters<typeof maskScore>[0]) => {
    const known = scores.flatMap((score) => maskScore(metric, score) ?? []);
    return known.length === 0 ? null : significant(known.reduce((sum, value) => sum + value, 0) / known.length);
  };
  const counted = (wanted: string) => scores.filter(({ presence }) => presence === wanted).length;
  const missed = counted('wanted');
  return {
    class: name,
    ...{ dice: mean('dice'), iou: mean('iou'), nsd: mean('nsd'), hd95: mean('hd95') },
    images: (counted('both') + missed) / tests.length,
    ...{ missed, invented: counted('found'), leftOut: counted('neither') },
  };
}
