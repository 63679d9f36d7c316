/** `results.json` of the report: all of its numbers. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { EvaluationSchema } from './evaluation.ts';
import { count, countOrNull, fractionOrNull, realOrNull, text, texts } from './fields.ts';
import { MetricSchema } from './metric.ts';

const metric = (description: string) => ({
  ...(MetricSchema as unknown as ReturnType<typeof Type.String>),
  description,
});

const ResultRow = Type.Object(
  {
    dataset: text('Name of the data set.'),
    model: text('The model.'),
    start: text('Name of the weights that the model starts from.'),
    pretraining: text('Name of the training between, or `none`.'),
    against: text(
      'Empty: the numbers are those of the model. Otherwise they are paired differences, model minus this one.',
    ),
    metric: metric('The metric.'),
    mean: realOrNull('Mean over seeds.'),
    sd: realOrNull('Standard deviation over seeds; null for one seed and for differences.'),
    low: realOrNull('Lower end of the interval.'),
    high: realOrNull('Upper end of the interval.'),
    p: fractionOrNull('Two-sided p-value of a declared difference; null otherwise.'),
    adjusted: fractionOrNull('p, adjusted by Holm over the declared differences of the metric.'),
    seeds: count('Number of seeds.'),
    testImages: count('Images of the test subset.'),
    testGroups: count('Groups of the test subset.'),
  },
  { title: 'result row' },
);

const Planning = Type.Object(
  {
    metric: metric('The metric that the plan is for.'),
    delta: Type.Number({ description: 'The difference to tell.' }),
    hoursPerSeed: Type.Number({ minimum: 0, description: 'Hours of all models for one seed, on this machine.' }),
    contrasts: Type.Array(
      Type.Object({
        model: text('The model.'),
        against: text('The model that is subtracted.'),
        detectable: Type.Number({ description: 'The difference that this study tells in 80 of 100 repetitions.' }),
        seeds: countOrNull('Seeds that tell `delta` with these test groups; null: no number does.'),
        groups: countOrNull('Test groups that tell `delta` with these seeds; null: no number does.'),
        hours: realOrNull('Hours of all models for that many seeds.'),
      }),
      { description: 'Empty for a metric that is no share, and with one seed.' },
    ),
  },
  { title: 'planning' },
);

export const ResultsSchema = Type.Object(
  {
    version: Type.Literal(2, {
      description: 'Version of this layout. Within a version, fields are added and never removed.',
    }),
    title: text('Title of the study.'),
    transfer: text('The transfer start of the study, in words: `ImageNet`, `fractal`.'),
    metric: metric('The metric that the verdicts are given in.'),
    datasets: Type.Array(
      Type.Object({
        name: text('Name of the data set.'),
        title: text('Its name for readers.'),
        verdict: Type.Object(
          {
            best: text('Which start is best.'),
            effect: text('The declared differences, a sentence for each kind; empty without any.'),
          },
          { description: 'Sentences in English.' },
        ),
        caveats: texts(
          'Sentences in English on what speaks against the results, such as test images that are equal to ' +
            'training images; the worst first.',
        ),
        planning: Planning,
        evaluation: EvaluationSchema,
      }),
    ),
    results: Type.Array(ResultRow, {
      description: 'Every number of the test subset as one long table: the rows of `results.csv`.',
    }),
  },
  { title: 'results' },
);

export type Results = Immutable<Static<typeof ResultsSchema>>;
export type ResultRow = Immutable<Static<typeof ResultRow>>;
