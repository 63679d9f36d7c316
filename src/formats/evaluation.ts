/** `metrics.json`: everything that is known of the models on one data set. */
import { Type, type Static, type TSchema } from '@sinclair/typebox';
import type { Immutable } from '../util/immutable.ts';
import { readFormat, writeFormat } from './format-file.ts';
import { count, countOrNull, fraction, fractionOrNull, realOrNull, text, texts } from './fields.ts';
import { MetricSchema, ScoresSchema } from './metric.ts';

const deviation = () =>
  Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description: 'Standard deviation over seeds (n - 1); null for one seed.',
  });

export const SpreadSchema = Type.Object({ mean: realOrNull('Mean over seeds.'), sd: deviation() }, { title: 'spread' });

export const EstimateSchema = Type.Object(
  {
    mean: realOrNull('Mean over seeds.'),
    sd: deviation(),
    low: realOrNull('Lower end of the interval of the mean.'),
    high: realOrNull('Upper end of the interval of the mean.'),
  },
  { title: 'estimate' },
);

export const DifferenceSchema = Type.Object(
  {
    mean: realOrNull('Mean over seeds of the paired difference.'),
    low: realOrNull('Lower end of its interval.'),
    high: realOrNull('Upper end of its interval.'),
  },
  { title: 'difference' },
);

export const ContrastSchema = Type.Object(
  {
    mean: realOrNull('Mean over seeds of the paired difference.'),
    low: realOrNull('Lower end of its interval.'),
    high: realOrNull('Upper end of its interval.'),
    p: fractionOrNull('Two-sided p-value of the same bootstrap; null where the difference has no interval.'),
    adjusted: fractionOrNull('p, adjusted by Holm over all contrasts of the metric.'),
    simultaneous: Type.Object({
      low: realOrNull("Lower end of the interval of Bonferroni's level."),
      high: realOrNull('Upper end of it.'),
    }),
  },
  { title: 'contrast' },
);

const Plan = Type.Object(
  {
    detectable: Type.Number({
      minimum: 0,
      description: 'The difference that a study of this size tells in 80 of 100 repetitions.',
    }),
    seeds: countOrNull('Seeds that tell `delta` with these test groups; null: no number up to 1,000 does.'),
    groups: countOrNull('Test groups that tell `delta` with these seeds; null: no number up to 1,000,000 does.'),
  },
  { title: 'plan' },
);

const byMetric = <Value extends TSchema>(value: Value, description: string) =>
  Type.Record(Type.String(), value, { description, propertyNames: MetricSchema });

const TestSummary = Type.Object(
  { test: byMetric(EstimateSchema, 'By metric, on the test subset.') },
  { title: 'test summary' },
);

const SubsetCounts = Type.Object(
  {
    images: count('Images in the subset.'),
    groups: count('Lesions or patients.'),
    byClass: Type.Array(Type.Integer({ minimum: 0 }), {
      description: 'Images of each class, in the order of `classes`.',
    }),
  },
  { title: 'subset counts' },
);

const leakFields = {
  images: count('Images for testing.'),
  leaks: count('Of these, how many have a group that was also trained on, or are equal to an image that was.'),
  duplicates: countOrNull(
    'Of these, how many are equal to an image that was trained on. Null: no audit was given, and `leaks` counts ' +
      'groups alone.',
  ),
};

const Bin = Type.Object(
  {
    low: fraction('The confidence is above this.'),
    high: fraction('The confidence is at most this.'),
    images: count('Test images of all seeds in the bin.'),
    confidence: fractionOrNull('Mean confidence, of findings mean probability; null in an empty bin.'),
    accuracy: fractionOrNull('Share that is predicted right, of findings share that is present; null in an empty bin.'),
  },
  { title: 'reliability bin' },
);

const Bins = Type.Array(Bin, { minItems: 15, maxItems: 15, description: '15 bins of equal width.' });

const CalibrationScores = Type.Object(
  { loss: SpreadSchema, brier: SpreadSchema, ece: SpreadSchema },
  { title: 'calibration scores' },
);

const Calibration = Type.Object(
  {
    temperature: Type.Array(Type.Number({ minimum: 0.01, maximum: 100 }), {
      description:
        'By seed: the divisor of the logits, fitted on validation images. Above 1 the network was too confident.',
    }),
    before: CalibrationScores,
    after: CalibrationScores,
    reliability: Type.Object({ before: Bins, after: Bins }),
  },
  { title: 'calibration', description: 'On the test subset, before and after temperature scaling.' },
);

const curve = (description: string) =>
  Type.Array(Type.Tuple([Type.Number({ minimum: 0, maximum: 1 }), Type.Number({ minimum: 0, maximum: 1 })]), {
    maxItems: 60,
    description,
  });

const ClassScores = Type.Object(
  {
    class: text('Name of the class.'),
    images: count('Test images of the class.'),
    known: Type.Optional(count('For findings: test images whose label is known.')),
    precision: fractionOrNull('Null where a seed never predicted the class. A finding is predicted from one half on.'),
    recall: fractionOrNull('Null for a class without test images.'),
    f1: fractionOrNull('Null where precision or recall is.'),
    auc: fractionOrNull('The class against the rest. Null for a class that no test image or every test image has.'),
    aucLow: Type.Optional(fractionOrNull('For findings: lower end of the interval of the AUC.')),
    aucHigh: Type.Optional(fractionOrNull('For findings: upper end of it.')),
    averagePrecision: fractionOrNull('The class against the rest. Null for a class without test images.'),
  },
  { title: 'class scores' },
);

export const cell = {
  start: text('Name of the weights that it starts from: a row of the study.'),
  pretraining: text('Name of the training between, or `none`: a column of the study.'),
};

const labelFraction = Type.Number({
  exclusiveMinimum: 0,
  maximum: 1,
  description: 'Fraction of the training labels; 1 is all of them.',
});

const ModelEvaluation = Type.Object(
  {
    model: text('Label of the cell: M1, M2, ..., or its start and pre-training.'),
    ...cell,
    seeds: Type.Array(
      Type.Object({
        seed: Type.Integer({ description: 'Seed of the training.' }),
        train: ScoresSchema,
        validation: ScoresSchema,
        test: ScoresSchema,
      }),
      { description: 'One entry for each seed, ascending.' },
    ),
    summary: Type.Object({
      train: byMetric(SpreadSchema, 'By metric.'),
      validation: byMetric(SpreadSchema, 'By metric.'),
      test: byMetric(EstimateSchema, 'By metric.'),
    }),
    confusion: Type.Array(Type.Array(Type.Integer({ minimum: 0 })), {
      description:
        'Test images by labeled class (row) and predicted class (column), summed over seeds. Empty for findings.',
    }),
    byClass: Type.Array(ClassScores, { description: 'On the test subset, means over seeds.' }),
    calibration: Calibration,
    curves: Type.Array(
      Type.Object({
        class: text('Name of the class.'),
        roc: curve('`[false positive rate, recall]`, from `[0, 0]` to `[1, 1]`.'),
        precisionRecall: curve('`[recall, precision]`, from the most probable images to all of them.'),
      }),
      {
        description:
          'One class against the rest. The answers of all seeds are ranked together, and thinned for drawing. A ' +
          'class without a curve is left out.',
      },
    ),
  },
  { title: 'model evaluation' },
);

export const EvaluationSchema = Type.Object(
  {
    task: Type.Optional(
      Type.Literal('findings', { description: 'The classes are findings, which do not exclude each other.' }),
    ),
    dataset: text('Name of the data set.'),
    classes: texts('In label order. Lists "by class" have this order.'),
    seeds: Type.Array(Type.Integer(), { description: 'Ascending. Lists "by seed" have this order.' }),
    metrics: Type.Array(MetricSchema as unknown as ReturnType<typeof Type.String>, {
      description: 'Metrics of this data set, in the order of tables.',
    }),
    counts: Type.Object({ train: SubsetCounts, validation: SubsetCounts, test: SubsetCounts }),
    leaks: Type.Object(leakFields, { description: 'Of the test subset of the main study.' }),
    majority: Type.Object(
      {
        class: Type.Union([Type.String(), Type.Null()], {
          description: 'The most frequent class of the training subset; null for findings.',
        }),
        test: ScoresSchema,
      },
      {
        description:
          'Scores on the test subset of a predictor that knows the class frequencies of the training subset alone.',
      },
    ),
    bootstrap: Type.Object({
      resamples: count('Bootstrap rounds.'),
      level: Type.Number({
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        description: 'Confidence level of the intervals.',
      }),
      seed: count('Seed of the rounds.'),
    }),
    models: Type.Array(ModelEvaluation),
    differences: Type.Array(
      Type.Object({
        model: text('The model.'),
        against: text('The model that is subtracted.'),
        metrics: byMetric(DifferenceSchema, 'By metric.'),
      }),
      { description: 'On the test subset, `model` minus `against`, every pair once.' },
    ),
    contrasts: Type.Array(
      Type.Object({
        model: text('The model.'),
        against: text('The model that is subtracted.'),
        metrics: byMetric(ContrastSchema, 'By metric.'),
      }),
      { description: 'The differences that the study asks about, on the test subset. They are one family.' },
    ),
    planning: Type.Object(
      {
        delta: Type.Number({ exclusiveMinimum: 0, description: 'The difference to tell.' }),
        contrasts: Type.Array(
          Type.Object({
            model: text('The model.'),
            against: text('The model that is subtracted.'),
            metrics: Type.Record(Type.String(), Plan, { description: 'By metric.', propertyNames: MetricSchema }),
          }),
          { description: 'Empty with one seed, which does not show the spread between trainings.' },
        ),
      },
      { description: 'The size of a study that tells a difference of `delta`.' },
    ),
    withoutCopies: Type.Union(
      [
        Type.Object({
          images: count('Test images that are equal to no training image.'),
          models: Type.Array(
            Type.Object({
              model: text('The model.'),
              test: byMetric(SpreadSchema, 'By metric, on these test images.'),
            }),
          ),
        }),
        Type.Null(),
      ],
      { description: 'Scores without the test images that equal a training image; null where there are none.' },
    ),
    probes: Type.Array(
      Type.Object({
        model: text('The model whose start the features come from.'),
        ...cell,
        kind: Type.Union([Type.Literal('linear'), Type.Literal('knn')], { description: 'Kind of the classifier.' }),
        labelFraction,
        seeds: count('Number of seeds.'),
        summary: TestSummary,
        fineTuningGain: Type.Union([byMetric(DifferenceSchema, 'By metric.'), Type.Null()], {
          description:
            'Fine-tuning minus probe, paired over the seeds that both have; null for a fraction of the labels or ' +
            'without common seeds.',
        }),
      }),
      { description: 'Classifiers on frozen features. The list is empty where the pipeline has none.' },
    ),
    labelFractions: Type.Array(
      Type.Object({
        model: text('The model.'),
        ...cell,
        labelFraction,
        images: count('Training images with a label.'),
        seeds: count('Number of seeds.'),
        summary: TestSummary,
      }),
      { description: 'Fine-tuning with a fraction of the labels. The list is empty where the pipeline has none.' },
    ),
    leaky: Type.Array(
      Type.Object({
        model: text('The model.'),
        ...cell,
        ...leakFields,
        seeds: count('Number of seeds.'),
        summary: TestSummary,
      }),
      {
        description:
          'Fine-tuning on a split that leaks on purpose, with test images of its own. The list is empty where the ' +
          'pipeline has none.',
      },
    ),
  },
  { title: 'evaluation' },
);

export type Evaluation = Immutable<Static<typeof EvaluationSchema>>;
export type ModelEvaluation = Immutable<Static<typeof ModelEvaluation>>;
export type SubsetCounts = Immutable<Static<typeof SubsetCounts>>;
export type Spread = Immutable<Static<typeof SpreadSchema>>;
export type Calibration = Immutable<Static<typeof Calibration>>;
export type ReliabilityBin = Immutable<Static<typeof Bin>>;
export type ModelDifference = Evaluation['differences'][number];
export type EvaluatedContrast = Evaluation['contrasts'][number];
export type Leaks = Evaluation['leaks'];
/** One model of a side study: a probe, a fraction of the labels, a leaky split. */
export type SideStudy = Pick<Evaluation['probes'][number], 'model' | 'start' | 'pretraining' | 'seeds' | 'summary'>;

export const readEvaluation = (path: string): Promise<Evaluation> => readFormat(EvaluationSchema, path);

export const writeEvaluation = (path: string, value: Evaluation): Promise<void> =>
  writeFormat(EvaluationSchema, path, value);
