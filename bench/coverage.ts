/**
 * Coverage of the intervals of the report: simulated studies of two models with known truth. Prints one JSON line for
 * each cell of the grid.
 */
import { parseArgs } from 'node:util';
import { drawResamples, percentileInterval } from '../src/learn/eval/bootstrap.ts';
import { decidingGroups } from '../src/learn/eval/influence.ts';
import { hasGroups, isSupported } from '../src/learn/eval/interval.ts';
import { metricsFor } from '../src/learn/eval/metrics.ts';
import { uniformWeights, type ScoredPredictions } from '../src/learn/eval/scored.ts';
import { roundsOf, uncertaintiesOf, uncertaintyOfDifference, type Uncertainty } from '../src/learn/eval/uncertainty.ts';
import { random, type RandomSource } from '../src/util/random.ts';

interface World {
  /** Share of each class. */
  readonly frequencies: readonly number[];
  /** By model: the advantage of the labeled class in logits. */
  readonly skills: readonly [number, number];
  /** Standard deviation of this advantage between trainings. */
  readonly seedSpread: number;
  /** Factor of the logits; above 1, the networks are too sure. */
  readonly sharpness: number;
  /** Images of one patient. */
  readonly groupSize: number;
}

const PLAIN: World = {
  frequencies: [0.4, 0.35, 0.25],
  skills: [1.6, 1.2],
  seedSpread: 0.2,
  sharpness: 1,
  groupSize: 1,
};

const WORLDS: Readonly<Record<string, World>> = {
  ordinary: PLAIN,
  'equal seeds': { ...PLAIN, seedSpread: 0 },
  'seeds differ much': { ...PLAIN, seedSpread: 0.6 },
  'too sure': { ...PLAIN, sharpness: 4 },
  'near the ceiling': { ...PLAIN, skills: [5, 4], sharpness: 2 },
  'rare classes': { ...PLAIN, frequencies: [0.62, 0.2, 0.1, 0.05, 0.03] },
  'patients of three': { ...PLAIN, groupSize: 3 },
};

/** Spread of logits by the image, for both models; by model and image; by training and image. */
const SPREAD = { image: 1, model: 0.5, training: 0.5 };

/** The same images as two models answered them, in each of some trainings. */
function drawStudy(world: World, images: number, skills: readonly (readonly number[])[], source: RandomSource) {
  const classes = world.frequencies.length;
  const labels = new Int32Array(images);
  const probabilities = skills.map((own) => own.map(() => new Float64Array(images * classes)));
  const normals = (sd: number) => Float64Array.from({ length: classes }, () => sd * source.normal());
  let patient = normals(SPREAD.image);
  for (let i = 0; i < images; i++) {
    labels[i] = drawLabel(world.frequencies, source);
    if (i % world.groupSize === 0) patient = normals(SPREAD.image);
    skills.forEach((own, model) => {
      const common = normals(SPREAD.model);
      own.forEach((skill, training) => {
        const row = probabilities[model]![training]!.subarray(i * classes, (i + 1) * classes);
        for (let k = 0; k < classes; k++) {
          const logit = patient[k]! + common[k]! + SPREAD.training * source.normal() + (k === labels[i] ? skill : 0);
          row[k] = Math.exp(world.sharpness * logit);
        }
        const total = row.reduce((sum, odds) => sum + odds, 0);
        row.forEach((odds, k) => (row[k] = odds / total));
      });
    });
  }
  return probabilities.map((own) => own.map((values) => scored(labels, values, classes)));
}

function drawLabel(frequencies: readonly number[], source: RandomSource): number {
  let left = source.uniform();
  return Math.max(
    0,
    frequencies.findIndex((share) => (left -= share) < 0),
  );
}

function scored(labels: Int32Array, probabilities: Float64Array, classes: number): ScoredPredictions {
  const predicted = Int32Array.from(labels, (_, i) => {
    const row = probabilities.subarray(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
  return { classes, labels, predicted, probabilities };
}

const SHOWN = ['accuracy', 'balancedAccuracy', 'auc', 'loss', 'brier'];
const METRICS = metricsFor(false).filter(({ name }) => SHOWN.includes(name));
const METRIC_FUNCTIONS = METRICS.map(({ metric }) => metric);

/** Trainings at equally probable quantiles of skill, each with images of its own. */
function truthOf(world: World, trainings = 16, images = 50_000): number[][] {
  const sums = [METRICS.map(() => 0), METRICS.map(() => 0)];
  for (let training = 0; training < trainings; training++) {
    const shift = world.seedSpread * normalQuantile((training + 0.5) / trainings);
    const source = random('coverage truth', training);
    const models = drawStudy(
      world,
      images,
      world.skills.map((skill) => [skill + shift]),
      source,
    );
    models.forEach(([answers], model) => {
      METRIC_FUNCTIONS.forEach((metric, m) => {
        sums[model]![m]! += metric(answers!)(uniformWeights(images)) / trainings;
      });
    });
  }
  return sums;
}

/** By bisection of the distribution function (Abramowitz and Stegun 7.1.26: error below 1.5e-7). */
function normalQuantile(share: number): number {
  let [low, high] = [-8, 8];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalBelow(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalBelow(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const tail =
    0.5 *
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp(-z * z);
  return x > 0 ? 1 - tail : tail;
}

/** Bins of the number of deciding groups. */
const EDGES = [0, 3, 5, 7, 9, 11, 13, 16, 20, 25, 30, 40, 60, 100, Infinity];

interface Held {
  studies: number;
  held: number;
}

interface Coverage {
  /** Of all studies. */
  readonly bins: Held[];
  /** Of the studies whose report prints an interval. */
  readonly printed: Held;
}

function simulate(world: World, truth: number[][], images: number, trainings: number, studies: number, rounds: number) {
  const table = new Map<string, Coverage>();
  const count = (name: string, estimate: Uncertainty, value: number, isPrinted: boolean) => {
    const [low, high] = percentileInterval(roundsOf(estimate), 0.95);
    const deciding = decidingGroups(estimate.influence);
    const coverage = table.get(name) ?? {
      bins: EDGES.map(() => ({ studies: 0, held: 0 })),
      printed: { studies: 0, held: 0 },
    };
    table.set(name, coverage);
    const bin = coverage.bins[EDGES.findLastIndex((edge) => deciding >= edge)]!;
    for (const counter of isPrinted && isSupported(estimate) ? [bin, coverage.printed] : [bin]) {
      counter.studies++;
      if (low <= value && value <= high) counter.held++;
    }
  };
  const groupOf = Int32Array.from({ length: images }, (_, i) => Math.floor(i / world.groupSize));
  const groups = groupOf[images - 1]! + 1;
  for (let study = 0; study < studies; study++) {
    const source = random('coverage study', images, trainings, study);
    const skills = world.skills.map((skill) =>
      Array.from({ length: trainings }, () => skill + world.seedSpread * source.normal()),
    );
    const models = drawStudy(world, images, skills, source);
    const { labels } = models[0]![0]!;
    const byClass = world.frequencies.map((_, k) => [
      ...new Set([...groupOf].filter((_, image) => labels[image] === k)),
    ]);
    const draws = drawResamples(groups, { resamples: rounds, level: 0.95, seed: study }, byClass);
    const [a, b] = models.map((own) => uncertaintiesOf(METRIC_FUNCTIONS, own, groupOf, draws));
    METRICS.forEach(({ name }, m) => {
      const isPrinted = hasGroups(
        name,
        byClass.map(({ length }) => length),
      );
      count(name, a![m]!, truth[0]![m]!, isPrinted);
      const difference = uncertaintyOfDifference(a![m]!, b![m]!);
      count(`${name} difference`, difference, truth[0]![m]! - truth[1]![m]!, isPrinted);
    });
  }
  return table;
}

const { values } = parseArgs({
  options: {
    studies: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '600' },
    images: { type: 'string', default: '66,118,563,2000' },
    seeds: { type: 'string', default: '3,5,10' },
    worlds: { type: 'string', default: Object.keys(WORLDS).join() },
  },
});
const numbers = (text: string) => text.split(',').map(Number);
for (const name of values.worlds.split(',')) {
  const world = WORLDS[name]!;
  const truth = truthOf(world);
  for (const images of numbers(values.images)) {
    for (const trainings of numbers(values.seeds)) {
      const began = performance.now();
      const table = simulate(world, truth, images, trainings, Number(values.studies), Number(values.rounds));
      const seconds = Math.round((performance.now() - began) / 1000);
      console.log(JSON.stringify({ world: name, images, trainings, seconds, truth, ...Object.fromEntries(table) }));
    }
  }
}
