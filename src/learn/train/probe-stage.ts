/** Classifies by the frozen features of a network, before anything of it was fine-tuned. */
import { writeFile } from 'node:fs/promises';
import { Type, type Static } from '@sinclair/typebox';
import { readDataset } from '../dataset/dataset.ts';
import { writePredictions } from '../eval/predictions.ts';
import { startFrom } from '../nn/start.ts';
import { labelsOf, openLearningData, predictionsIn, selectableLabels } from './data.ts';
import { withEngine } from './engine.ts';
import type { FinetuneStage } from './finetune-stage.ts';
import { fitFrozen, PROBE_KINDS } from './frozen.ts';
import { compileInference, FEATURES } from './inference.ts';
import { networkOf, NetworkParameters } from './parameters.ts';

export const ProbeParameters = Type.Composite([
  NetworkParameters,
  Type.Object({
    kind: Type.Union(PROBE_KINDS.map((kind) => Type.Literal(kind))),
    /** Of the weights that are drawn at random. */
    seed: Type.Integer({ minimum: 0 }),
  }),
]);

/**
 * Trains a classifier on the features of the training part, chooses its one setting by the validation part, and then predicts
 * the validation and the test part; writes `predictions` and `choice`.
 */
export async function runProbe(
  stage: Omit<FinetuneStage, 'checkpoint' | 'progress'>,
  given: Static<typeof ProbeParameters>,
): Promise<void> {
  const network = networkOf(given);
  const { classes } = await readDataset(stage.input('dataset'));
  const data = await openLearningData({
    images: stage.input('images'),
    table: stage.input('table'),
    split: stage.input('split'),
  });
  const start = await startFrom(stage.inputs.weights === null ? null : stage.input('weights'), network, [
    'start',
    given.seed,
  ]);
  stage.record(start.notes);
  if (start.warning !== null) stage.warn(start.warning);
  const { train, validation, test } = data.split;
  const labels = selectableLabels(data, classes);

  await withEngine(stage.resources, async (engine) => {
    stage.record(engine.description);
    const inference = await compileInference(engine, network, FEATURES, data, start.backbone);
    const features = (indices: readonly number[]) => inference.of(start.backbone, indices);
    const asked = await features(validation);
    const fit = fitFrozen(
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
      predictionsIn(data, classes, ['validation', 'test'], probabilities),
    );
    await inference.dispose();
  });
  await data.images.close();
}
