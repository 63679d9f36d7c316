/** Scores without the test images that equal a training image: there, a memorized image counts as recognized. */
import type { Evaluation } from '../../formats/evaluation.ts';
import { at } from '../../util/known.ts';
import type { EqualPair } from '../dataset/audit/equal-images.ts';
import { byMetric, roundedMeanAndSd } from './estimates.ts';
import { copiesOfTrained } from './leaks.ts';
import type { Judge } from './judge.ts';
import type { AnswerTable } from './predictions.ts';
import type { AlignedRuns } from './runs.ts';
import { rowsOfSubset, type ScoredImages } from './scored.ts';

/** Null without an audit, without such images, or if nothing is left. */
export function scoresWithoutCopies<Table extends AnswerTable, Scored extends ScoredImages>(
  { models, of, shared }: AlignedRuns<Table>,
  { metrics, scored }: Judge<Table, Scored>,
  equal: readonly EqualPair[] | null,
): Evaluation['withoutCopies'] {
  const copies = copiesOfTrained(shared, equal ?? []);
  const weights = Float64Array.from(rowsOfSubset(shared, 'test'), (row) =>
    copies.has(at(shared.images, row).image) ? 0 : 1,
  );
  const images = weights.reduce((sum, weight) => sum + weight, 0);
  if (images === weights.length || images === 0) return null;
  return {
    images,
    models: models.map((model) => {
      const tests = of(model).map((predictions) => scored(predictions, 'test'));
      return {
        model,
        test: byMetric(metrics, (metric) => roundedMeanAndSd(tests.map((own) => metric(own)(weights)))),
      };
    }),
  };
}
