/** The metrics of an evaluation, in the order in which tables show them. */
import { Type, type TUnsafe } from '@sinclair/typebox';

export const METRIC_NAMES = [
  'accuracy',
  'balancedAccuracy',
  'auc',
  'averagePrecision',
  'macroF1',
  'loss',
  'brier',
  'ece',
  'overconfidence',
  'kappa',
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

const DESCRIPTIONS: Readonly<Record<MetricName, string>> = {
  accuracy: 'Share of images, of findings share of known labels, that are predicted right, 0 to 1; higher is better.',
  balancedAccuracy: 'Mean recall over classes, 0 to 1; higher is better. Not for findings.',
  auc: 'Area under the ROC curve, mean over classes against the rest or over findings, 0 to 1; higher is better.',
  averagePrecision: 'Mean over classes against the rest or over findings, 0 to 1; higher is better.',
  macroF1: 'Mean F1 over classes, 0 to 1; higher is better. Not for findings.',
  loss:
    'Negative log-likelihood of the labeled class in nats per image, of findings in nats per known label, 0 to 36.04; ' +
    'lower is better.',
  brier:
    'Squared distance to the one-hot label, summed over classes, 0 to 2; of findings for each known label, 0 to 1. ' +
    'Lower is better.',
  ece: 'Expected calibration error in 15 bins, 0 to 1; lower is better. Biased upward, so that it has no interval.',
  overconfidence:
    'Mean confidence minus accuracy, -1 to 1: above 0, the network is surer than it is right; nearer to 0 is better. Not ' +
    'for findings.',
  kappa: 'Quadratic weighted kappa, -1 to 1; higher is better. Only where the classes are grades.',
};

/** Least and greatest value of a metric; 0 and 1 where nothing is said. */
const RANGES: Readonly<Partial<Record<MetricName, readonly [number, number]>>> = {
  loss: [0, 36.0437],
  brier: [0, 2],
  overconfidence: [-1, 1],
  kappa: [-1, 1],
};

export const MetricSchema = Type.Union(
  METRIC_NAMES.map((name) => Type.Literal(name, { description: DESCRIPTIONS[name] })),
  { title: 'metric' },
);

/** By metric name. */
export type Scores = Readonly<Record<string, number | null>>;

/** Metrics of classes that exclude each other; findings have no such value. */
const OF_CLASSES: readonly MetricName[] = ['balancedAccuracy', 'macroF1', 'overconfidence', 'kappa'];

/** One value for each metric. Null: the metric is not defined for these images. */
export const ScoresSchema = Type.Object(
  Object.fromEntries(
    METRIC_NAMES.map((name) => [name, OF_CLASSES.includes(name) ? Type.Optional(score(name)) : score(name)]),
  ),
  { title: 'scores', description: 'By metric; null where the metric is not defined for these images.' },
) as unknown as TUnsafe<Scores>;

function score(name: MetricName) {
  const [minimum, maximum] = RANGES[name] ?? [0, 1];
  return Type.Union([Type.Number({ minimum, maximum }), Type.Null()], { description: DESCRIPTIONS[name] });
}
