/** The common part of the probes: a classifier on features, its one setting chosen by validation. */
import { Type, type Static } from '@sinclair/typebox';
import type { Dataset } from '../../src/formats/dataset.ts';
import { writeProbeChoice } from '../../src/formats/probe-choice.ts';
import { DatasetError } from '../../src/learn/dataset/error.ts';
import { labelsOf, validationLabels, withLabelFraction, type LabeledRows } from '../../src/learn/train/data.ts';
import { findingsOf, validationFindings } from '../../src/learn/train/finding-data.ts';
import { fitFindingsProbe } from '../../src/learn/train/findings-probe.ts';
import { NO_WEIGHTS_OF_FINDINGS } from '../../src/learn/train/labeling.ts';
import { fitFeatureProbe, PROBE_KINDS, type FeatureProbe } from '../../src/learn/train/feature-probe.ts';
import { balancedClassWeights } from '../../src/learn/train/supervised.ts';
import { weakFeaturesWarning } from '../../src/learn/train/weak-auc.ts';
import { writeAnswers } from './answers.ts';
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
  readonly dataset: Pick<Dataset, 'task' | 'classes'>;
  readonly params: Static<typeof ProbeParameters>;
  readonly outputs: Readonly<Record<keyof typeof PROBE_OUTPUTS, string>>;
  readonly stage: Pick<Stage, 'record' | 'warn'>;
}

/** `featuresOf` gives [indices.length, width]. Throws DatasetError if the split does not allow a choice. */
export async function probe(
  { whole, dataset, params, outputs, stage }: Probe,
  featuresOf: (indices: readonly number[]) => Promise<Float32Array>,
): Promise<void> {
  const data = withLabelFraction(whole, params.labelFraction);
  const { train, validation, test } = data.split;
  const queries = await featuresOf(validation);
  const fit = fitProbe(data, dataset, params, { training: await featuresOf(train), validation: queries });
  const weak = weakFeaturesWarning(fit.auc);
  for (const warning of [...fit.warnings, ...(weak === null ? [] : [weak])]) stage.warn(warning);
  const { kind, parameter, candidates, chosen } = fit;
  stage.record({ [parameter]: chosen });
  await writeProbeChoice(outputs.choice, { kind, parameter, candidates, chosen });
  // The setting is chosen: only now are test images looked at.
  const answers = [...fit.probabilities(queries), ...fit.probabilities(await featuresOf(test))];
  await writeAnswers(outputs.predictions, {
    ...{ dataset, data, subsets: ['validation', 'test'] },
    probabilities: Float64Array.from(answers),
  });
}

/** [images, width] of each subset. */
interface SubsetFeatures {
  readonly training: Float32Array;
  readonly validation: Float32Array;
}

function fitProbe(
  data: LabeledRows,
  { task, classes }: Probe['dataset'],
  { kind, classWeights }: Probe['params'],
  features: SubsetFeatures,
): FeatureProbe {
  const { train } = data.split;
  if (task === 'findings') {
    if (classWeights === 'balanced') throw new DatasetError(NO_WEIGHTS_OF_FINDINGS);
    return fitFindingsProbe(
      kind,
      { features: features.training, labels: findingsOf(data, train, classes) },
      { features: features.validation, labels: validationFindings(data, classes) },
    );
  }
  const labels = validationLabels(data, classes);
  const trained = labelsOf(data, train, classes);
  return fitFeatureProbe(
    kind,
    { features: features.training, labels: trained },
    { features: features.validation, labels: [...labels] },
    classWeights === 'balanced' ? balancedClassWeights(trained, classes.length) : classes.map(() => 1),
  );
}
