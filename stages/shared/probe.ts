/** The common part of the probes: a classifier on features, its one setting chosen by validation. */
import { Type, type Static } from '@sinclair/typebox';
import { writeProbeChoice } from '../../src/formats/probe-choice.ts';
import { writePredictions } from '../../src/learn/eval/predictions.ts';
import {
  labelsOf,
  subsetPredictions,
  validationLabels,
  withLabelFraction,
  type LabeledRows,
} from '../../src/learn/train/data.ts';
import { fitFeatureProbe, PROBE_KINDS } from '../../src/learn/train/feature-probe.ts';
import { balancedClassWeights } from '../../src/learn/train/supervised.ts';
import { weakFeaturesWarning } from '../../src/learn/train/weak-auc.ts';
import { output, type Stage } from '../../src/stage/index.ts';

export const ProbeParameters = Type.Object({
  /** `linear`: logistic regression with an L2 penalty. `knn`: nearest neighbors by cosine. */
  kind: Type.Union(PROBE_KINDS.map((kind) => Type.Literal(kind))),
  /** `balanced`: every class counts the same, as in fine-tuning. */
  classWeights: Type.Union([Type.Literal('none'), Type.Literal('balanced')], { default: 'none' }),
  /** Trains with this fraction of the training labels: one of the `labelFractions` of the split. */
  labelFraction: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1 }),
});

export const PROBE_OUTPUTS = {
  /** `predictions.csv` of the validation and the test subset. */
  predictions: output,
  /** `choice.json`: the settings tried, their AUC and loss on the validation subset, and the chosen one. */
  choice: output,
};

interface Probe {
  readonly whole: LabeledRows;
  readonly classes: readonly string[];
  readonly params: Static<typeof ProbeParameters>;
  readonly outputs: Readonly<Record<keyof typeof PROBE_OUTPUTS, string>>;
  readonly stage: Pick<Stage, 'record' | 'warn'>;
}

/** `featuresOf` gives [indices.length, width]. Throws DatasetError if the split does not allow a choice. */
export async function probe(
  { whole, classes, params, outputs, stage }: Probe,
  featuresOf: (indices: readonly number[]) => Promise<Float32Array>,
): Promise<void> {
  const data = withLabelFraction(whole, params.labelFraction);
  const { train, validation, test } = data.split;
  const labels = validationLabels(data, classes);
  const trained = labelsOf(data, train, classes);
  const queries = await featuresOf(validation);
  const fit = fitFeatureProbe(
    params.kind,
    { features: await featuresOf(train), labels: trained },
    { features: queries, labels: [...labels] },
    params.classWeights === 'balanced' ? balancedClassWeights(trained, classes.length) : classes.map(() => 1),
  );
  const weak = weakFeaturesWarning(fit.auc);
  for (const warning of [...fit.warnings, ...(weak === null ? [] : [weak])]) stage.warn(warning);
  const { kind, parameter, candidates, chosen } = fit;
  stage.record({ [parameter]: chosen });
  await writeProbeChoice(outputs.choice, { kind, parameter, candidates, chosen });
  // The setting is chosen: only now are test images looked at.
  const answers = [...fit.probabilities(queries), ...fit.probabilities(await featuresOf(test))];
  await writePredictions(
    outputs.predictions,
    subsetPredictions(data, classes, ['validation', 'test'], Float64Array.from(answers)),
  );
}
