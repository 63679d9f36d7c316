/** Compares the intervals with a slow oracle, and tests their coverage on data with known truth. */
import { expect, test } from 'vitest';
import { random, type RandomSource } from '../../util/random.ts';
import { drawResamples, percentileInterval, replicatesOf } from './bootstrap.ts';
import { metricsFor } from './metrics.ts';
import { uniformWeights, type ScoredPredictions } from './scored.ts';
import { roundsOf, uncertaintiesOf, uncertaintyOfDifference, type Uncertainty } from './uncertainty.ts';

const GROUP = 4;

function scoredOf(labels: readonly number[], rows: readonly (readonly number[])[]): ScoredPredictions {
  const classes = rows[0]!.length;
  return {
    classes,
    labels: Int32Array.from(labels),
    predicted: Int32Array.from(rows, (row) => row.indexOf(Math.max(...row))),
    probabilities: Float64Array.from(rows.flat()),
  };
}

/** Only these images, each as often as it is named. */
function taken(scored: ScoredPredictions, images: readonly number[]): ScoredPredictions {
  const { classes, probabilities } = scored;
  return scoredOf(
    images.map((i) => scored.labels[i]!),
    images.map((i) => [...probabilities.subarray(i * classes, (i + 1) * classes)]),
  );
}

test('every metric in every round is that of a test set put together by hand', () => {
  const source = random('bootstrap oracle');
  const labels = Array.from({ length: 36 }, () => source.integer(3));
  const bySeed = [0, 1].map(() =>
    scoredOf(
      labels,
      labels.map((label) => normalized([0, 1, 2].map((k) => Math.exp(source.normal() + (k === label ? 1 : 0))))),
    ),
  );
  const groupOf = Int32Array.from(labels, (_, i) => Math.floor(i / 3));
  const draws = drawResamples(12, { resamples: 30, level: 0.95, seed: 4 });
  const metrics = metricsFor(true);
  const replicates = replicatesOf(
    metrics.map(({ metric }) => metric),
    bySeed,
    groupOf,
    draws,
  );
  draws.groups.forEach((counts, round) => {
    const images = [...counts].flatMap((times, group) =>
      Array.from({ length: times }, () => [...groupOf.keys()].filter((i) => groupOf[i] === group)).flat(),
    );
    metrics.forEach(({ name, metric }, m) => {
      bySeed.forEach((scored, seed) => {
        const slow = metric(taken(scored, images))(uniformWeights(images.length));
        expect(replicates[m]![seed]![round], name).toBeCloseTo(slow, 10);
      });
    });
  });
});

const normalized = (odds: readonly number[]) => odds.map((odd) => odd / odds.reduce((x, y) => x + y));

const STUDIES = 200;
const GROUPS = 60;

/** Two models' answers to groups of four images that are alike: a group is easy or hard for both. */
function study(source: RandomSource, groups: number): readonly [ScoredPredictions, ScoredPredictions] {
  const rows = Array.from({ length: groups }, () => {
    const ease = source.normal();
    return Array.from({ length: GROUP }, () => {
      const label = source.integer(2);
      const answer = (skill: number) => {
        const p = 1 / (1 + Math.exp(-(skill + ease + 0.7 * source.normal())));
        return label === 0 ? [p, 1 - p] : [1 - p, p];
      };
      return { label, answers: [answer(0.9), answer(0.4)] as const };
    });
  }).flat();
  return [0, 1].map((model) =>
    scoredOf(
      rows.map(({ label }) => label),
      rows.map(({ answers }) => answers[model as 0 | 1]),
    ),
  ) as [ScoredPredictions, ScoredPredictions];
}

const METRICS = metricsFor(false).filter(({ name }) => name === 'accuracy' || name === 'auc' || name === 'loss');

/** The share of intervals that contain the truth, for the difference and for the first model. */
function coverage(metrics: typeof METRICS, groupOf: (image: number) => number): Record<string, number> {
  const plain = metrics.map(({ metric }) => metric);
  const value = (scored: ScoredPredictions) =>
    plain.map((metric) => metric(scored)(uniformWeights(scored.labels.length)));
  const [a, b] = study(random('coverage truth'), 30_000).map(value) as [number[], number[]];
  const groups = Int32Array.from({ length: GROUPS * GROUP }, (_, i) => groupOf(i));
  const held = new Map<string, number>();
  for (let n = 0; n < STUDIES; n++) {
    const draws = drawResamples(Math.max(...groups) + 1, { resamples: 250, level: 0.95, seed: n });
    const [first, second] = study(random('coverage study', n), GROUPS).map((scored) =>
      uncertaintiesOf(plain, [scored], groups, draws),
    );
    metrics.forEach(({ name }, m) => {
      const count = (title: string, value: Uncertainty, truth: number) => {
        const [low, high] = percentileInterval(roundsOf(value), 0.95);
        held.set(title, (held.get(title) ?? 0) + (low <= truth && truth <= high ? 1 : 0));
      };
      count(`${name} of one model`, first![m]!, a[m]!);
      count(`difference of ${name}`, uncertaintyOfDifference(first![m]!, second![m]!), a[m]! - b[m]!);
    });
  }
  return Object.fromEntries([...held].map(([title, count]) => [title, count / STUDIES]));
}

test('95 % intervals hold the truth in 90 to 99 % of 200 studies', () => {
  const shares = coverage(METRICS, (image) => Math.floor(image / GROUP));
  expect(Object.keys(shares)).toHaveLength(6);
  for (const [title, share] of Object.entries(shares)) {
    expect(share, title).toBeGreaterThanOrEqual(0.9);
    expect(share, title).toBeLessThanOrEqual(0.99);
  }
});

test('who takes the images of a group for independent promises too much', () => {
  const naive = coverage(
    METRICS.filter(({ name }) => name === 'accuracy'),
    (image) => image,
  );
  expect(naive['accuracy of one model']).toBeLessThan(0.9);
});

const TRAININGS = 3;
/** The spread of skill between trainings of one model. It makes the mean about as uncertain as the images do. */
const WOBBLE = 0.35;

/**
 * A model's answers in several trainings with different skills. To compute the truth, each group has trainings of its
 * own.
 */
function trainings(source: RandomSource, groups: number, each: 'group' | 'study'): ScoredPredictions[] {
  const draw = () => Array.from({ length: TRAININGS }, () => 0.6 + WOBBLE * source.normal());
  let skills = draw();
  const labels: number[] = [];
  const rows: number[][][] = skills.map(() => []);
  for (let group = 0; group < groups; group++) {
    if (each === 'group') skills = draw();
    const ease = source.normal();
    for (let image = 0; image < GROUP; image++) {
      const label = source.integer(2);
      labels.push(label);
      skills.forEach((skill, training) => {
        const p = 1 / (1 + Math.exp(-(skill + ease + 0.7 * source.normal())));
        rows[training]!.push(label === 0 ? [p, 1 - p] : [1 - p, p]);
      });
    }
  }
  return rows.map((answers) => scoredOf(labels, answers));
}

test(
  'with three trainings that differ as much as images do, 95 % intervals hold the truth in 92 to 99 % of 400 ' +
    'studies; seeds drawn like groups would promise too much',
  () => {
    const { metric } = METRICS.find(({ name }) => name === 'accuracy')!;
    const truth = trainings(random('coverage trainings'), 20_000, 'group').reduce(
      (sum, scored) => sum + metric(scored)(uniformWeights(scored.labels.length)) / TRAININGS,
      0,
    );
    const groupOf = Int32Array.from({ length: GROUPS * GROUP }, (_, i) => Math.floor(i / GROUP));
    let [held, drawn] = [0, 0];
    for (let n = 0; n < 400; n++) {
      const study = trainings(random('coverage training', n), GROUPS, 'study');
      const draws = drawResamples(GROUPS, { resamples: 250, level: 0.95, seed: n });
      const source = random('seeds like groups', n);
      const value = uncertaintiesOf([metric], study, groupOf, draws)[0]!;
      const seedsDrawn = Float64Array.from(draws.normals, (_, round) => {
        const picked = study.map(() => value.replicates[source.integer(TRAININGS)]![round]!);
        return picked.reduce((sum, each) => sum + each / TRAININGS, 0);
      });
      const holds = (rounds: Float64Array) => {
        const [low, high] = percentileInterval(rounds, 0.95);
        return low <= truth && truth <= high ? 1 : 0;
      };
      held += holds(roundsOf(value));
      drawn += holds(seedsDrawn);
    }
    expect(held / 400).toBeGreaterThanOrEqual(0.92);
    expect(held / 400).toBeLessThanOrEqual(0.99);
    expect(drawn / 400).toBeLessThan(0.9);
  },
);
