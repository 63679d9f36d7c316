/** Against scikit-learn's own numbers (scripts/golden/sklearn_findings.py), and the evaluation of drawn answers. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEvaluation, writeEvaluation } from '../../../formats/evaluation.ts';
import { at } from '../../../util/known.ts';
import { random } from '../../../util/random.ts';
import type { FindingState, FindingStates } from '../../dataset/findings.ts';
import { binaryAuc } from '../auc.ts';
import { binaryAveragePrecision } from '../average-precision.ts';
import { evaluate } from '../evaluate.ts';
import { unweighted } from '../estimates.ts';
import golden from '../golden/findings.json' with { type: 'json' };
import type { SeedRun } from '../runs.ts';
import { uniformWeights } from '../scored.ts';
import { validationScores } from '../validation-scores.ts';
import { fitFindingTemperature } from './calibration.ts';
import { FINDING_JUDGE } from './judge.ts';
import { FINDING_METRICS } from './metrics.ts';
import {
  readAnyPredictions,
  readFindingPredictions,
  writeFindingPredictions,
  type FindingPredictions,
} from './predictions.ts';
import { rankFindings, type ScoredFindings } from './scored-findings.ts';

for (const { name, labels, probabilities, expected } of golden) {
  const scored: ScoredFindings = {
    classes: at(labels, 0).length,
    labels: labels as unknown as FindingStates[],
    probabilities: Float64Array.from(probabilities),
  };
  test.each(['auc', 'averagePrecision', 'accuracy', 'loss', 'brier'] as const)(
    `%s is scikit-learn's: ${name}`,
    (metric) => {
      const found = FINDING_METRICS.filter((each) => each.name === metric);
      expect(unweighted(at(found, 0).metric, scored)).toBeCloseTo(expected[metric], 12);
    },
  );
  test(`AUC and average precision of each finding, and the temperature, are scikit-learn's and scipy's: ${name}`, () => {
    const weights = uniformWeights(scored.labels.length);
    rankFindings(scored).forEach((ranking, k) => {
      const area = expected.aucByFinding[k] ?? null;
      if (area === null) expect(binaryAuc(ranking, weights)).toBeNaN();
      else expect(binaryAuc(ranking, weights)).toBeCloseTo(area, 12);
      if (area !== null)
        expect(binaryAveragePrecision(ranking, weights)).toBeCloseTo(
          at(expected.averagePrecisionByFinding, k) ?? NaN,
          12,
        );
    });
    expect(fitFindingTemperature(scored)).toBeCloseTo(expected.temperature, 4);
  });
}

const FINDINGS = ['Edema', 'Mass', 'Hernia'];
const SUBSETS = ['train', 'validation', 'test', 'test'] as const;
const SHARES = [0.5, 0.3, 0.01];

/** Two images of each patient. */
function drawPredictions(skill: number, seed: number): FindingPredictions {
  const [truth, noise] = [random('truth of findings'), random('answers on findings', skill, seed)];
  const images = Array.from({ length: 640 }, (_, index) => ({
    index,
    image: `${index}.png`,
    group: `p${index >> 1}`,
    subset: at(SUBSETS, (index >> 1) % 4),
    label: SHARES.map((share): FindingState => (truth.uniform() < 0.1 ? -1 : truth.uniform() < share ? 1 : 0)),
  }));
  const probabilities = Float64Array.from(
    images.flatMap(({ label }) =>
      label.map((state) => 1 / (1 + Math.exp(-(noise.normal() + skill * (state === 1 ? 1 : -1))))),
    ),
  );
  return { classes: FINDINGS, images, probabilities };
}

const RANDOM = { start: 'random', pretraining: 'none' };
const runs: SeedRun<FindingPredictions>[] = [0, 1, 2].flatMap((seed) => [
  { model: 'M1', ...RANDOM, seed, predictions: drawPredictions(0.4, seed) },
  { model: 'M3', ...RANDOM, start: 'imagenet', seed, predictions: drawPredictions(1.5, seed) },
]);
const options = { dataset: 'drawn', bootstrap: { resamples: 400, level: 0.95, seed: 0 }, equal: null };

test('the better start is told apart; findings have counts, and intervals where enough images decide', async () => {
  const evaluation = evaluate(runs, FINDING_JUDGE, options);
  const [worse, better] = evaluation.models;
  expect(evaluation.task).toBe('findings');
  expect(evaluation.metrics).toEqual(['auc', 'averagePrecision', 'accuracy', 'loss', 'brier', 'ece']);
  const difference = at(evaluation.differences, 0).metrics;
  expect(difference.loss?.high).toBeLessThan(0);
  // One in a hundred has Hernia: too few groups for an interval of it, and of means over findings.
  expect(difference.auc).toMatchObject({ low: null, high: null });
  expect(better?.summary.test.auc?.mean).toBeGreaterThan(worse?.summary.test.auc?.mean ?? 1);
  const [edema, , hernia] = better?.byClass ?? [];
  expect(edema?.aucLow).toBeLessThan(edema?.auc ?? 0);
  expect(edema?.aucHigh).toBeGreaterThan(edema?.auc ?? 1);
  expect(edema?.known).toBeLessThan(evaluation.counts.test.images);
  expect(hernia).toMatchObject({ aucLow: null, aucHigh: null });
  expect(evaluation.counts.test.byClass).toEqual(better?.byClass.map(({ images }) => images));
  expect(evaluation.majority.class).toBeNull();
  expect(evaluation.majority.test.auc).toBe(0.5);
  expect(better?.confusion).toEqual([]);
  const folder = await mkdtemp(join(tmpdir(), 'finding-evaluation-'));
  await writeEvaluation(join(folder, 'metrics.json'), evaluation);
  expect(await readEvaluation(join(folder, 'metrics.json'))).toEqual(evaluation);
  await rm(folder, { recursive: true });
});

test('runs on images with other findings are refused', () => {
  const other = drawPredictions(1, 9);
  const images = other.images.map((image, i) => (i === 3 ? { ...image, label: [1, 1, 1] as const } : image));
  const mixed = [...runs.slice(0, 1), { ...at(runs, 1), seed: 0, predictions: { ...other, images } }];
  expect(() => evaluate(mixed, FINDING_JUDGE, options)).toThrow('(validation, Edema|Mass|Hernia, group p1)');
});

test('predictions are read back as they were written, and tell what they are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'finding-predictions-'));
  const file = join(folder, 'predictions.csv');
  const written = drawPredictions(1, 0);
  await writeFindingPredictions(file, written);
  const read = await readFindingPredictions(file);
  expect(read.images).toEqual(written.images);
  expect(at(read.probabilities, 7)).toBeCloseTo(at(written.probabilities, 7), 8);
  const found = await readAnyPredictions(file);
  expect(found.task).toBe('findings');
  expect(validationScores(found).scores.auc).toBeGreaterThan(0.8);
  await writeFile(file, 'index,image,group,subset,findings,p:Edema,p:Mass\n0,a.png,g,test,Hernia,0.1,0.9\n');
  await expect(readFindingPredictions(file)).rejects.toThrow(':2 has the finding "Hernia"');
  await writeFile(file, 'index,image,group,subset,findings,p:Edema,p:Mass\n0,a.png,g,test,none,0.1,1.9\n');
  await expect(readFindingPredictions(file)).rejects.toThrow('numbers from 0 to 1 are expected');
  await rm(folder, { recursive: true });
});
