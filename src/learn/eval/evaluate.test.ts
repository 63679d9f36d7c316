import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { classJudge } from './class-judge.ts';
import { evaluate as evaluateBy } from './evaluate.ts';
import { readEvaluation, writeEvaluation } from '../../formats/evaluation.ts';
import { predictionsOf, type PredictedImage, type Predictions } from './predictions.ts';
import type { SeedRun } from './runs.ts';
import type { SideStudies } from './side-studies.ts';

type Options = Parameters<typeof evaluateBy<Predictions, never>>[2] & { readonly ordinal: boolean };
const evaluate = (runs: readonly SeedRun[], { ordinal, ...options }: Options, sides?: SideStudies) =>
  evaluateBy(runs, classJudge(ordinal), options, sides);

const classes = ['mild', 'moderate', 'severe'];
const subsets = ['train', 'train', 'validation', 'test', 'test'] as const;
const images: PredictedImage[] = Array.from({ length: 200 }, (_, index) => ({
  index,
  image: `${index}.png`,
  group: `lesion ${Math.floor(index / 10)}-${subsets[index % 5]!}`,
  subset: subsets[index % 5]!,
  label: index % 7 < 4 ? 0 : index % 7 < 6 ? 1 : 2,
}));

/** The labeled class gets the more probability the more skill there is. */
function predicted(skill: number, seed: number): Predictions {
  const source = random('evaluate test', skill, seed);
  return predictionsOf(
    classes,
    images,
    Float64Array.from(
      images.flatMap(({ label }) => {
        const odds = classes.map((_, k) => Math.exp(source.normal() + (k === label ? skill : 0)));
        const sum = odds.reduce((a, b) => a + b);
        return odds.map((odd) => odd / sum);
      }),
    ),
  );
}

const PLAIN = { start: 'random', pretraining: 'none' };
const TRANSFER = { start: 'imagenet', pretraining: 'none' };
const runs: SeedRun[] = [0, 1, 2].flatMap((seed) => [
  { model: 'M1', ...PLAIN, seed, predictions: predicted(0.5, seed) },
  { model: 'M3', ...TRANSFER, seed, predictions: predicted(3, seed) },
]);
const options = { dataset: 'made', ordinal: true, bootstrap: { resamples: 300, level: 0.95, seed: 0 }, equal: null };
const evaluation = evaluate(runs, options);

test('models stand in the order of declaration, each with every seed', () => {
  expect(evaluation.models.map(({ model, seeds }) => [model, ...seeds.map(({ seed }) => seed)])).toEqual([
    ['M1', 0, 1, 2],
    ['M3', 0, 1, 2],
  ]);
});

test('the mean is that of the seeds, and the interval holds it', () => {
  for (const { seeds, summary } of evaluation.models) {
    for (const metric of evaluation.metrics) {
      const { mean, low, high } = summary.test[metric]!;
      expect(mean).toBeCloseTo(seeds.reduce((sum, { test }) => sum + test[metric]!, 0) / 3, 4);
      if (low === null || high === null) continue;
      expect(low).toBeLessThan(mean!);
      expect(high).toBeGreaterThan(mean!);
    }
  }
});

test('the calibration error has no interval, because it is biased; the others have one', () => {
  for (const { summary } of evaluation.models) {
    expect(summary.test.ece).toMatchObject({ low: null, high: null });
    expect(summary.test.loss!.low).not.toBeNull();
  }
  expect(evaluation.differences[0]!.metrics.ece).toMatchObject({ low: null, high: null });
});

test('means over classes have no interval if a class has fewer than five test groups; other metrics keep theirs', () => {
  // All test images of the class severe are in four groups.
  const rare = runs.map((run) => ({
    ...run,
    predictions: {
      ...run.predictions,
      images: images.map((image) =>
        image.subset === 'test' && image.label === 2 ? { ...image, group: `rare ${image.index % 4}` } : image,
      ),
    },
  }));
  const { summary } = evaluate(rare, options).models[0]!;
  for (const metric of ['balancedAccuracy', 'auc', 'averagePrecision', 'macroF1'])
    expect(summary.test[metric]!.low).toBeNull();
  for (const metric of ['accuracy', 'loss', 'brier']) expect(summary.test[metric]!.low).not.toBeNull();
});

test('a difference is signed, model minus against, and clear skill shows', () => {
  expect(evaluation.differences.map(({ model, against }) => [model, against])).toEqual([['M3', 'M1']]);
  const { accuracy, loss } = evaluation.differences[0]!.metrics;
  expect(accuracy!.low!).toBeGreaterThan(0);
  expect(loss!.high!).toBeLessThan(0);
});

test('the confusion matrix counts every test image once a seed, by labeled row', () => {
  for (const { confusion } of evaluation.models) {
    expect(confusion.map((row) => row.reduce((a, b) => a + b))).toEqual(
      evaluation.counts.test.byClass.map((count) => 3 * count),
    );
  }
});

test('images, groups and the majority class are counted', () => {
  expect(evaluation.counts.test).toEqual({ images: 80, groups: 20, byClass: [46, 23, 11] });
  expect(evaluation.majority.class).toBe('mild');
  expect(evaluation.majority.test.accuracy).toBeCloseTo(46 / 80, 6);
});

test('the order in which runs are given changes the order of models, and no number', () => {
  const reversed = evaluate([...runs].reverse(), options);
  expect([...reversed.models].reverse()).toEqual(evaluation.models);
  expect(reversed.differences[0]!.metrics.accuracy!.mean).toBe(-evaluation.differences[0]!.metrics.accuracy!.mean!);
});

test('the contrast of the two starts is declared by itself, and planned for', () => {
  const [contrast] = evaluation.contrasts;
  expect(contrast).toMatchObject({ model: 'M3', against: 'M1' });
  expect(contrast!.metrics.accuracy).toMatchObject(evaluation.differences[0]!.metrics.accuracy!);
  expect(contrast!.metrics.ece).toMatchObject({ p: null, adjusted: null, simultaneous: { low: null, high: null } });
  expect(evaluation.planning).toMatchObject({ delta: 0.02, contrasts: [{ model: 'M3', against: 'M1' }] });
  expect(Object.keys(evaluation.planning.contrasts[0]!.metrics)).toEqual(['accuracy', 'balancedAccuracy', 'auc']);
});

test('other contrasts and another delta are taken from the declaration, and one seed has no plan', () => {
  const declared = { contrasts: [['M1', 'M3'] as const] };
  const other = evaluate(runs, { ...options, declared, delta: 0.1 });
  expect(other.contrasts).toMatchObject([{ model: 'M1', against: 'M3' }]);
  expect(other.planning.delta).toBe(0.1);
  const one = evaluate(
    runs.filter(({ seed }) => seed === 0),
    options,
  );
  expect(one.planning.contrasts).toEqual([]);
  expect(() => evaluate(runs, { ...options, declared: { baseline: 'M9' } })).toThrow('there is no model "M9"');
});

test('scores without the copies are those of the other test images', () => {
  const equal = [
    ['0.png', '3.png'],
    ['4.png', '1.png'],
    ['2.png', '8.png'],
  ] as const;
  const { withoutCopies } = evaluate(runs, { ...options, equal });
  const fewer = runs.map((run) => ({
    ...run,
    predictions: {
      ...run.predictions,
      images: images.map((image) =>
        [3, 4].includes(image.index) ? { ...image, subset: 'validation' as const } : image,
      ),
    },
  }));
  const expected = evaluate(fewer, options);
  expect(withoutCopies!.images).toBe(78);
  for (const { model, test } of withoutCopies!.models) {
    const other = expected.models.find((each) => each.model === model)!.summary.test;
    for (const metric of evaluation.metrics) expect(test[metric]!.mean).toBe(other[metric]!.mean);
  }
  expect(evaluation.withoutCopies).toBeNull();
  expect(evaluate(runs, { ...options, equal: [] }).withoutCopies).toBeNull();
});

test('one seed has no standard deviation, and it is written as null', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'evaluation-'));
  try {
    const file = path.join(folder, 'metrics.json');
    const one = evaluate(
      runs.filter(({ seed }) => seed === 1),
      { ...options, ordinal: false },
    );
    expect(one.models[0]!.summary.test.accuracy!.sd).toBeNull();
    expect(one.metrics).not.toContain('kappa');
    await writeEvaluation(file, one);
    expect(await readEvaluation(file)).toEqual(one);
    await writeFile(file, JSON.stringify({ ...one, seeds: 'all' }));
    await expect(readEvaluation(file)).rejects.toThrow(/metrics\.json: seeds: expected a list, got "all"/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test.each<[string, SeedRun[], string]>([
  ['no runs', [], 'There are no predictions'],
  ['a missing seed', runs.slice(1), 'There are 0 predictions of M1 with seed 0'],
  ['a seed twice', [...runs, runs[0]!], 'There are 2 predictions of M1 with seed 0'],
  [
    'other classes',
    [...runs.slice(0, 5), { ...runs[5]!, predictions: { ...runs[5]!.predictions, classes: ['a', 'b', 'c'] } }],
    'M3, seed 2 predicts the classes a, b, c',
  ],
  [
    'other images',
    [
      ...runs.slice(0, 5),
      {
        ...runs[5]!,
        predictions: {
          ...runs[5]!.predictions,
          images: images.map((image, i) => (i === 3 ? { ...image, subset: 'train' as const } : image)),
        },
      },
    ],
    'Row 5 of M3, seed 2 is image 3 (train,',
  ],
  [
    'no test images',
    [
      {
        model: 'M1',
        ...PLAIN,
        seed: 0,
        predictions: predictionsOf(classes, images.slice(0, 3), new Float64Array(9).fill(1 / 3)),
      },
    ],
    'no image of the test subset',
  ],
])('%s: refused, and named', (_, given, message) => {
  expect(() => evaluate(given, options)).toThrow(message);
});

describe('side studies', () => {
  const shifted = (amount: number): PredictedImage[] =>
    images.map((image) => ({ ...image, index: image.index + amount }));
  const sides: SideStudies = {
    probes: [{ model: 'M3', ...TRANSFER, seed: 0, kind: 'knn', labelFraction: 1, predictions: predicted(2, 7) }],
    encoders: [],
    labelFractions: [{ model: 'M3', ...TRANSFER, seed: 0, labelFraction: 0.1, predictions: predicted(1, 8) }],
    leaky: [
      {
        model: 'M1',
        ...PLAIN,
        seed: 0,
        predictions: {
          ...predicted(4, 9),
          images: images.map((image) => ({ ...image, group: `lesion ${image.index % 97}` })),
        },
      },
    ],
  };
  const beside = evaluate(runs, options, sides);

  test('probes are scored as models are, and the main study stays as it was', () => {
    expect(beside.probes).toHaveLength(1);
    expect(beside.probes[0]).toMatchObject({ model: 'M3', ...TRANSFER, kind: 'knn', labelFraction: 1, seeds: 1 });
    expect({ ...beside, probes: [], labelFractions: [], leaky: [] }).toEqual(evaluation);
  });

  test('an encoder that is no start is scored as a probe, and has no fine-tuning beside it', () => {
    const vit = { model: 'vit', start: 'vit', pretraining: 'none', seed: 0, predictions: predicted(2, 7) };
    const encoders: SideStudies['encoders'] = [{ ...vit, kind: 'linear', labelFraction: 1 }];
    const [probe, encoder] = evaluate(runs, options, { ...sides, encoders }).probes;
    expect(probe).toEqual(beside.probes[0]);
    expect(encoder).toMatchObject({ model: 'vit', kind: 'linear', seeds: 1, fineTuningGain: null });
    expect(encoder!.summary.test).toEqual(probe!.summary.test);
  });

  test('the gain of fine-tuning over a probe is paired over common seeds', () => {
    const gainOf = (probes: SideStudies['probes']) =>
      evaluate(runs, options, { ...sides, probes }).probes[0]!.fineTuningGain;
    const main = evaluation.models[1]!.seeds.find(({ seed }) => seed === 0)!.test;
    const gain = gainOf(sides.probes)!;
    const probe = beside.probes[0]!.summary.test;
    expect(gain.accuracy!.mean).toBeCloseTo(main.accuracy! - probe.accuracy!.mean!, 4);
    expect(gain.loss!.low!).toBeLessThan(gain.loss!.mean!);
    expect(gainOf([{ ...sides.probes[0]!, seed: 7 }])).toBeNull();
    expect(gainOf([{ ...sides.probes[0]!, labelFraction: 0.1 }])).toBeNull();
  });

  test('fewer labels stand before all of them, of the models that tried both', () => {
    expect(beside.labelFractions.map(({ model, labelFraction, seeds }) => [model, labelFraction, seeds])).toEqual([
      ['M3', 0.1, 1],
      ['M3', 1, 3],
    ]);
    expect(beside.labelFractions[1]!.summary.test).toEqual(beside.models[1]!.summary.test);
  });

  test('a leaky split says how many test images have a relative among the trained ones', () => {
    const trained = new Set(images.filter(({ subset }) => subset === 'train').map(({ index }) => index % 97));
    const leaks = images.filter(({ subset, index }) => subset === 'test' && trained.has(index % 97)).length;
    expect(leaks).toBeGreaterThan(0);
    expect(leaks).toBeLessThan(80);
    expect(beside.leaky).toMatchObject([{ model: 'M1', images: 80, leaks, duplicates: null }]);
  });

  test('a test image that is equal to a trained one leaks too, of whatever group, and once only', () => {
    // 3, 4 and 13 are tested, 0, 1 and 5 trained, 2 and 7 validated.
    const equal = [
      ['0.png', '3.png'],
      ['3.png', '1.png'],
      ['4.png', '13.png'],
      ['2.png', '8.png'],
      ['104.png', '5.png'],
      ['0.png', '1.png'],
    ] as const;
    const { leaks, leaky } = evaluate(runs, { ...options, equal }, sides);
    expect(leaks).toEqual({ images: 80, leaks: 2, duplicates: 2 });
    expect(evaluation.leaks).toEqual({ images: 80, leaks: 0, duplicates: null });
    // 3 has its group in training already, 104 has not.
    expect(leaky[0]).toMatchObject({ leaks: beside.leaky[0]!.leaks + 1, duplicates: 2 });
  });

  test('probes of other images are refused', () => {
    const elsewhere = { ...sides.probes[0]!, predictions: { ...predicted(2, 7), images: shifted(1) } };
    expect(() => evaluate(runs, options, { ...sides, probes: [elsewhere] })).toThrow(
      'M3, seed 0, of a side study was tested on other images than the main study',
    );
  });
});
