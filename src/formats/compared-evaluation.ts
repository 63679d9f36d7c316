/** The fields of every `metrics.json` whose answers are scored image by image: masks, boxes. */
import { Type, type TSchema } from '@sinclair/typebox';
import { cell, ContrastSchema, DifferenceSchema, EstimateSchema, SpreadSchema } from './evaluation.ts';
import { count, text } from './fields.ts';

export const metricUnion = <Name extends string>(descriptions: Readonly<Record<Name, string>>, title: string) =>
  Type.Union(
    (Object.keys(descriptions) as Name[]).map((name) => Type.Literal(name, { description: descriptions[name] })),
    { title },
  );

/** The names of all metrics, in the order of tables. */
export const metricNames = (metric: TSchema, description: string) =>
  Type.Array(metric as unknown as ReturnType<typeof Type.String>, { description });

export const byMetric = <Value extends TSchema>(metric: TSchema, value: Value, description: string) =>
  Type.Record(Type.String(), value, { description, propertyNames: metric });

export const metricScores = (metric: TSchema) =>
  byMetric(metric, Type.Union([Type.Number(), Type.Null()]), 'By metric; null if no image defines it.');

export const modelFields = (metric: TSchema) => ({
  model: text('Label of the cell: M1, M2, ..., or its start and pre-training.'),
  ...cell,
  seeds: Type.Array(
    Type.Object({
      seed: Type.Integer({ description: 'Seed of the training.' }),
      validation: metricScores(metric),
      test: metricScores(metric),
    }),
    { description: 'One entry for each seed, ascending.' },
  ),
  summary: Type.Object({
    validation: byMetric(metric, SpreadSchema, 'By metric.'),
    test: byMetric(metric, EstimateSchema, 'By metric.'),
  }),
});

const comparison = {
  model: text('The model.'),
  against: text('The model that is subtracted.'),
};

export const comparisonFields = (metric: TSchema) => ({
  bootstrap: Type.Object({
    resamples: count('Bootstrap rounds.'),
    level: Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 1, description: 'Confidence level.' }),
    seed: count('Seed of the rounds.'),
  }),
  differences: Type.Array(Type.Object({ ...comparison, metrics: byMetric(metric, DifferenceSchema, 'By metric.') }), {
    description: 'On the test subset, `model` minus `against`, every pair once.',
  }),
  contrasts: Type.Array(Type.Object({ ...comparison, metrics: byMetric(metric, ContrastSchema, 'By metric.') }), {
    description: 'The differences that the study asks about, on the test subset. They are one family.',
  }),
});

/** Ranks of the test images that are shown. */
export const ranks = (description: string) =>
  Type.Union([Type.Literal('best'), Type.Literal('median'), Type.Literal('worst')], { description });
