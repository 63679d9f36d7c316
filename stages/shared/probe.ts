/** Classifies by the frozen features of a network, before anything of it was fine-tuned. */
import { writeFile } from 'node:fs/promises';
import { Type, type Static } from '@sinclair/typebox';
import { readDataset } from '../../src/learn/dataset/dataset.ts';
import { writePredictions } from '../../src/learn/eval/predictions.ts';
import { loadStart } from '../../src/learn/nn/start.ts';
import { labelsOf, openTrainingData, subsetPredictions, validationLabels } from '../../src/learn/train/data.ts';
import { withEngine } from '../../src/learn/train/engine.ts';
import type { FinetuneStage } from './finetune.ts';
import { fitFeatureProbe, PROBE_KINDS } from '../../src/learn/train/feature-probe.ts';
import { compileInference, FEATURES } from '../../src/learn/train/inference.ts';
import { networkFrom, NetworkParameters } from './parameters.ts';

export const ProbeParameters = Type.Composite([
  NetworkParameters,
  Type.Object({
    kind: Type.Union(PROBE_KINDS.map((kind) => Type.Literal(kind))),
    /** The seed of weights that are drawn at random. */
    seed: Type.Integer({ minimum: 0 }),
  }),
]);

/**
 * Trains a classifier on the features of the training subset, chooses its one setting by the validation subset, and then predicts
 * the validation and the test subset; writes `predictions` and `choice`.
 */
export async function runProbe(
  stage: Omit<FinetuneStage, 'checkpoint' | 'progress'>,
  given: Static<typeof ProbeParameters>,
): Promise<void> {
  const network = networkFrom(given);
  const { classes } = await readDataset(stage.input('dataset'));
  const data = await openTrainingData({
    images: stage.input('images'),
    table: stage.input('table'),
    split: stage.input('split'),
  });
  const start = await loadStart(stage.inputs.weights === null ? null : stage.input('weights'), network, [
    'start',
    given.seed,
  ]);
  stage.record(start.notes);
  if (start.warning !== null) stage.warn(start.warning);
  const { train, validation, test } = data.split;
  const labels = validationLabels(data, classes);

  await withEngine(stage.resources, async (engine) => {
    stage.record(engine.description);
    const inference = await compileInference(engine, network, FEATURES, data, start.backbone);
    const features = (indices: readonly number[]) => inference.of(start.backbone, indices);
    const asked = await features(validation);
    const fit = fitFeatureProbe(
      given.kind,
      { features: await features(train), labels: labelsOf(data, train, classes) },
      { features: asked, labels: [...labels] },
      classes.length,
    );
    if (fit.warning !== null) stage.warn(fit.warning);
    const { kind, parameter, candidates, chosen } = fit;
    stage.record({ [parameter]: chosen });
    await writeFile(stage.output('choice'), `${JSON.stringify({ kind, parameter, candidates, chosen }, null, 2)}\n`);
    // The setting is chosen: only now are test images looked at.
    const probabilities = Float64Array.from([...fit.probabilities(asked), ...fit.probabilities(await features(test))]);
    await writePredictions(
      stage.output('predictions'),
      subsetPredictions(data, classes, ['validation', 'test'], probabilities),
    );
    await inference.dispose();
  });
  await data.images.close();
}
