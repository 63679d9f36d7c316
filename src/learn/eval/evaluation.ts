/** `metrics.json`: everything that is known of the models on one data set. NaN is written as null. */
import { readFile, writeFile } from 'node:fs/promises';
import { Type, type Static } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import { DatasetError } from '../dataset/error.ts';

const Count = Type.Integer({ minimum: 0 });
/** null: not defined for these images. */
const Defined = Type.Union([Type.Number(), Type.Null()]);
/** By metric name. */
const Scores = Type.Record(Type.String(), Defined);

const SpreadSchema = Type.Object({ mean: Defined, sd: Defined });
const Estimate = Type.Object({ mean: Defined, sd: Defined, low: Defined, high: Defined });
const Difference = Type.Object({ mean: Defined, low: Defined, high: Defined });

const PartCounts = Type.Object({ images: Count, groups: Count, byClass: Type.Array(Count) });

const Leaks = { images: Count, leaks: Count, duplicates: Type.Union([Count, Type.Null()]) };

const Bins = Type.Array(
  Type.Object({ low: Type.Number(), high: Type.Number(), images: Count, confidence: Defined, accuracy: Defined }),
);
const CalibrationScores = Type.Object({ loss: SpreadSchema, brier: SpreadSchema, ece: SpreadSchema });
const Points = Type.Array(Type.Tuple([Type.Number(), Type.Number()]));
const TestSummary = Type.Object({ test: Type.Record(Type.String(), Estimate) });

const ModelEvaluation = Type.Object({
  model: Type.String(),
  seeds: Type.Array(Type.Object({ seed: Type.Number(), train: Scores, validation: Scores, test: Scores })),
  summary: Type.Object({
    train: Type.Record(Type.String(), SpreadSchema),
    validation: Type.Record(Type.String(), SpreadSchema),
    test: Type.Record(Type.String(), Estimate),
  }),
  /** Test images by labeled (row) and predicted (column) class, summed over seeds. */
  confusion: Type.Array(Type.Array(Count)),
  /** On the test subset, means over seeds. */
  byClass: Type.Array(
    Type.Object({
      class: Type.String(),
      images: Count,
      precision: Defined,
      recall: Defined,
      f1: Defined,
      auc: Defined,
      averagePrecision: Defined,
    }),
  ),
  /** On the test subset, before and after temperature scaling. */
  calibration: Type.Object({
    /** The temperature of each seed, fitted on validation images. */
    temperature: Type.Array(Type.Number()),
    before: CalibrationScores,
    after: CalibrationScores,
    /** Images of all seeds, by how sure the network was. */
    reliability: Type.Object({ before: Bins, after: Bins }),
  }),
  /** One class against the rest, answers of all seeds ranked together, thinned for drawing; classes without a curve are left out. */
  curves: Type.Array(Type.Object({ class: Type.String(), roc: Points, precisionRecall: Points })),
});

const DatasetEvaluationSchema = Type.Object({
  dataset: Type.String(),
  classes: Type.Array(Type.String()),
  seeds: Type.Array(Type.Number()),
  /** Names of the metrics, in the order of tables. */
  metrics: Type.Array(Type.String()),
  counts: Type.Object({ train: PartCounts, validation: PartCounts, test: PartCounts }),
  /**
   * The leaks of the test subset: `images` of a group that was also trained on or that equal a training image.
   * `duplicates` counts the latter; null without an audit.
   */
  leaks: Type.Object(Leaks),
  /** The scores of the majority baseline on the test subset: it predicts the training subset's class frequencies. */
  majority: Type.Object({ class: Type.String(), test: Scores }),
  bootstrap: Type.Object({ resamples: Count, level: Type.Number(), seed: Type.Number() }),
  models: Type.Array(ModelEvaluation),
  /** On the test subset, `model` minus `against`, every pair once. */
  differences: Type.Array(
    Type.Object({ model: Type.String(), against: Type.String(), metrics: Type.Record(Type.String(), Difference) }),
  ),
  /** Classifiers on the frozen features that a model starts from. Empty if there are none, as the next two. */
  probes: Type.Array(
    Type.Object({
      model: Type.String(),
      kind: Type.Union([Type.Literal('linear'), Type.Literal('knn')]),
      seeds: Count,
      summary: TestSummary,
    }),
  ),
  /** Fine-tuning with a share of the labels, 1 being the main study; `images`: how many were learned from. */
  labelFractions: Type.Array(
    Type.Object({
      model: Type.String(),
      labelFraction: Type.Number(),
      images: Count,
      seeds: Count,
      summary: TestSummary,
    }),
  ),
  /** Fine-tuning on a split that leaks, with `leaks` and `duplicates` among its own `images` for testing. */
  leaky: Type.Array(Type.Object({ model: Type.String(), ...Leaks, seeds: Count, summary: TestSummary })),
});

export type DatasetEvaluation = Static<typeof DatasetEvaluationSchema>;
export type SubsetCounts = Static<typeof PartCounts>;
export type ModelEvaluation = Static<typeof ModelEvaluation>;

export async function writeEvaluation(path: string, evaluation: DatasetEvaluation): Promise<void> {
  await writeFile(path, `${JSON.stringify(evaluation, null, 2)}\n`);
}

/** Throws DatasetError, naming file and field, if it differs from the files of evaluate. */
export async function readEvaluation(path: string): Promise<DatasetEvaluation> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  const fault = Value.Errors(DatasetEvaluationSchema, value).First();
  if (fault !== undefined)
    throw new DatasetError(`${path}${fault.path}: ${fault.message}; found ${JSON.stringify(fault.value)}.`);
  return value as DatasetEvaluation;
}
