/**
 * Measures a start before fine-tuning: trains a classifier on frozen features of the training subset. Its one setting
 * is chosen by the log loss of the validation subset. Then the validation and the test subset are predicted.
 */
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/formats/dataset.ts';
import { writeProbeChoice } from '../src/formats/probe-choice.ts';
import { writePredictions } from '../src/learn/eval/predictions.ts';
import { loadStart } from '../src/learn/nn/start.ts';
import {
  labelsOf,
  openTrainingData,
  subsetPredictions,
  validationLabels,
  withLabelFraction,
} from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { fitFeatureProbe, PROBE_KINDS } from '../src/learn/train/feature-probe.ts';
import { compileInference, FEATURES } from '../src/learn/train/inference.ts';
import { balancedClassWeights } from '../src/learn/train/supervised.ts';
import { weakFeaturesWarning } from '../src/learn/train/weak-auc.ts';
import { defineStage, input, nullable, output } from '../src/stage/index.ts';
import { DATA } from './shared/data.ts';
import { networkFrom, NetworkParameters } from './shared/parameters.ts';

export default defineStage({
  inputs: {
    ...DATA,
    /** The weights that the model starts from; null draws them at random. */
    weights: nullable(input),
  },
  params: Type.Composite([
    NetworkParameters,
    Type.Object({
      /** `linear`: logistic regression with an L2 penalty. `knn`: nearest neighbors by cosine. */
      kind: Type.Union(PROBE_KINDS.map((kind) => Type.Literal(kind))),
      /** `balanced`: every class counts the same, as in fine-tuning. */
      classWeights: Type.Union([Type.Literal('none'), Type.Literal('balanced')], { default: 'none' }),
      /** Trains with this fraction of the training labels: one of the `labelFractions` of the split. */
      labelFraction: Type.Number({ exclusiveMinimum: 0, maximum: 1, default: 1 }),
      /** For weights that are drawn at random. */
      seed: Type.Integer({ minimum: 0 }),
    }),
  ]),
  outputs: {
    /** `predictions.csv` of the validation and the test subset. */
    predictions: output,
    /** `choice.json`: the settings tried, their AUC and loss on the validation subset, and the chosen one. */
    choice: output,
  },
  run: async ({ inputs, params, outputs, stage }) => {
    const network = networkFrom(params);
    const { classes } = await readDataset(inputs.dataset);
    const data = withLabelFraction(await openTrainingData(inputs), params.labelFraction);
    const start = await loadStart(inputs.weights, network, ['start', params.seed]);
    stage.record(start.notes);
    if (start.warning !== null) stage.warn(start.warning);
    const { train, validation, test } = data.split;
    const labels = validationLabels(data, classes);
    const trained = labelsOf(data, train, classes);

    await withEngine(stage.resources, async (engine) => {
      stage.record(engine.description);
      const inference = await compileInference(engine, network, FEATURES, data, start.backbone);
      const features = (indices: readonly number[]) => inference.of(start.backbone, indices);
      const queries = await features(validation);
      const fit = fitFeatureProbe(
        params.kind,
        { features: await features(train), labels: trained },
        { features: queries, labels: [...labels] },
        params.classWeights === 'balanced' ? balancedClassWeights(trained, classes.length) : classes.map(() => 1),
      );
      const weak = weakFeaturesWarning(fit.auc);
      for (const warning of [...fit.warnings, ...(weak === null ? [] : [weak])]) stage.warn(warning);
      const { kind, parameter, candidates, chosen } = fit;
      stage.record({ [parameter]: chosen });
      await writeProbeChoice(outputs.choice, { kind, parameter, candidates, chosen });
      // The setting is chosen: only now are test images looked at.
      const answers = [...fit.probabilities(queries), ...fit.probabilities(await features(test))];
      await writePredictions(
        outputs.predictions,
        subsetPredictions(data, classes, ['validation', 'test'], Float64Array.from(answers)),
      );
      await inference.dispose();
    });
    await data.images.close();
  },
});
