/** `results.json` of the report: all of its numbers. */
import { Type, type Static } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { EvaluationSchema } from './evaluation.ts';
import { count, realOrNull, text, texts } from './fields.ts';
import { MetricSchema } from './metric.ts';

const metric = (description: string) => ({
  ...(MetricSchema as unknown as ReturnType<typeof Type.String>),
  description,
});

const ResultRow = Type.Object(
  {
    dataset: text('Name of the data set.'),
    model: text('The model.'),
    against: text(
      'Empty: the numbers are those of the model. Otherwise they are paired differences, model minus this one.',
    ),
    metric: metric('The metric.'),
    mean: realOrNull('Mean over seeds.'),
    sd: realOrNull('Standard deviation over seeds; null for one seed and for differences.'),
    low: realOrNull('Lower end of the interval.'),
    high: realOrNull('Upper end of the interval.'),
    seeds: count('Number of seeds.'),
    testImages: count('Images of the test subset.'),
    testGroups: count('Groups of the test subset.'),
  },
  { title: 'result row' },
);

export const ResultsSchema = Type.Object(
  {
    version: Type.Literal(1, {
      description: 'Version of this layout. Within a version, fields are added and never removed.',
    }),
    title: text('Title of the study.'),
    transfer: text('Start of M3 and M4, in words: `ImageNet`, `fractal`.'),
    metric: metric('The metric that the verdicts are given in.'),
    datasets: Type.Array(
      Type.Object({
        name: text('Name of the data set.'),
        title: text('Its name for readers.'),
        verdict: Type.Object(
          {
            best: text('Which start is best.'),
            effect: text('What self-supervision adds; empty where no pair shows it.'),
          },
          { description: 'Two sentences in English.' },
        ),
        caveats: texts(
          'Sentences in English on what speaks against the results, such as test images that are equal to ' +
            'training images; the worst first.',
        ),
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
