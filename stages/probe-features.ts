/** Classifies by the features of an encoder that others trained: as `probe`, with the features of `embed`. */
import { readDataset } from '../src/formats/dataset.ts';
import { readFeatures } from '../src/learn/encoder/features-file.ts';
import { openLabeledRows } from '../src/learn/train/data.ts';
import { defineStage, input } from '../src/stage/index.ts';
import { DATA } from './shared/data.ts';
import { probe, PROBE_OUTPUTS, ProbeParameters } from './shared/probe.ts';

const { table, dataset, split } = DATA;

export default defineStage({
  inputs: {
    table,
    dataset,
    split,
    /** `features.safetensors` of embed. */
    features: input,
  },
  params: ProbeParameters,
  outputs: PROBE_OUTPUTS,
  run: async ({ inputs, params, outputs, stage }) => {
    const dataset = await readDataset(inputs.dataset);
    const whole = await openLabeledRows(inputs);
    const features = await readFeatures(inputs.features, whole.rows.length);
    await probe({ whole, dataset, params, outputs, stage }, (indices) => Promise.resolve(features.of(indices)));
  },
});
