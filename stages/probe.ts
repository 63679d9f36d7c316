/**
 * Measures a start before fine-tuning: trains a classifier on frozen features of the training subset. Its one setting
 * is chosen by the log loss of the validation subset. Then the validation and the test subset are predicted.
 */
import { Type } from '@sinclair/typebox';
import { readDataset } from '../src/formats/dataset.ts';
import { openTrainingData } from '../src/learn/train/data.ts';
import { withEngine } from '../src/learn/train/engine.ts';
import { compileInference, FEATURES } from '../src/learn/train/inference.ts';
import { defineStage, input, nullable } from '../src/stage/index.ts';
import { DATA } from './shared/data.ts';
import { networkFrom, NetworkParameters } from './shared/parameters.ts';
import { probe, PROBE_OUTPUTS, ProbeParameters } from './shared/probe.ts';
import { openStart } from './shared/start.ts';

export default defineStage({
  inputs: {
    ...DATA,
    /** The weights that the model starts from; null draws them at random. */
    weights: nullable(input),
  },
  params: Type.Composite([
    NetworkParameters,
    ProbeParameters,
    Type.Object({
      /** For weights that are drawn at random. */
      seed: Type.Integer({ minimum: 0 }),
    }),
  ]),
  outputs: PROBE_OUTPUTS,
  run: async ({ inputs, params, outputs, stage }) => {
    const network = networkFrom(params);
    const dataset = await readDataset(inputs.dataset);
    const data = await openTrainingData(inputs);
    const backbone = await openStart(inputs.weights, network, params.seed, stage);

    await withEngine(stage.resources, async (engine) => {
      stage.record(engine.description);
      const inference = await compileInference(engine, network, FEATURES, data, backbone);
      const featuresOf = (indices: readonly number[]) => inference.of(backbone, indices);
      await probe({ whole: data, dataset, params, outputs, stage }, featuresOf);
      await inference.dispose();
    });
    await data.images.close();
  },
});
