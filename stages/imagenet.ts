/** ImageNet weights: checks that the file fits the network, and hands it on as it is. */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { loadPublishedWeights } from '../src/learn/nn/published-weights.ts';
import { decodeBackbone } from '../src/learn/nn/weights.ts';
import { defineStage, input, nullable, output } from '../src/stage/index.ts';
import { digestOf } from '../src/util/digest.ts';
import { networkFrom, NetworkParameters } from './shared/parameters.ts';

export default defineStage({
  inputs: {
    /** The weights; null where the pipeline found none. With `url` and `sha256` they are then fetched. */
    file: nullable(input),
  },
  params: Type.Composite([
    NetworkParameters,
    Type.Object({
      /** The name of the file that is looked for. */
      file: Type.String(),
      /** The place of its publication. */
      published: Type.String(),
      url: Type.Optional(Type.String()),
      sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    }),
  ]),
  outputs: {
    /** The file itself. */
    weights: output,
  },
  run: async ({ inputs, params, outputs, stage }) => {
    const bytes = await loadPublishedWeights(params, inputs.file, stage.signal);
    const { match } = await decodeBackbone(bytes, params.file, networkFrom(params));
    await writeFile(outputs.weights, bytes);
    if (match.prefix !== '') stage.warn(`${params.file}: the tensors "${match.prefix}..." were taken for the network.`);
    stage.record({
      ...match.metadata,
      network: params.network,
      tensorsMatched: match.matched.length,
      tensorsMissing: match.missing.length,
      sha256: digestOf(bytes),
    });
  },
});
