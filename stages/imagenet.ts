/** ImageNet weights: checks that the file fits the network, and hands it on as it is. */
import { writeFile } from 'node:fs/promises';
import { Type } from '@sinclair/typebox';
import { loadPublishedWeights } from '../src/learn/nn/published-weights.ts';
import { readBackbone } from '../src/learn/nn/weights.ts';
import { NetworkParameters, networkFrom } from './shared/parameters.ts';
import { parameters, type Stage } from '../src/stage/index.ts';
import { digestOf } from '../src/util/digest.ts';

const Parameters = Type.Composite([
  NetworkParameters,
  Type.Object({
    /** The file that is looked for, as people know it. */
    file: Type.String(),
    /** The place where the file is published. */
    published: Type.String(),
    url: Type.Optional(Type.String()),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  }),
]);

/** The input `file` is null where the pipeline found none; with `url` and `sha256` it is then fetched. */
export default async function imagenet(stage: Stage): Promise<void> {
  const wanted = parameters(Parameters, stage);
  const bytes = await loadPublishedWeights(
    wanted,
    stage.inputs.file === null ? null : stage.input('file'),
    stage.signal,
  );
  await writeFile(stage.output('weights'), bytes);
  const { match } = await readBackbone(stage.output('weights'), networkFrom(wanted));
  stage.record({
    ...match.metadata,
    network: wanted.network,
    tensorsMatched: match.matched.length,
    tensorsMissing: match.missing.length,
    sha256: digestOf(bytes),
  });
}
