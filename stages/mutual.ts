/** Fine-tunes a network together with a peer that starts differently, each learning from the other; else as stages/finetune.ts. */
import { Type } from '@sinclair/typebox';
import { initializeClassifier } from '../src/learn/nn/heads.ts';
import { resnet, resnetStructure } from '../src/learn/nn/resnet.ts';
import { loadStart } from '../src/learn/nn/start.ts';
import { FinetuneParameters, runFinetuning } from './shared/finetune.ts';
import { mutualLearningStep } from '../src/learn/train/mutual.ts';
import { NetworkParameters } from './shared/parameters.ts';
import { parameters, type Stage } from '../src/stage/index.ts';

const Parameters = Type.Composite([
  FinetuneParameters,
  Type.Object({
    /**
     * The network of the peer, by default the same. The peer starts from the input `peer`, or from random weights if
     * that is null.
     */
    peer: Type.Optional(NetworkParameters),
  }),
]);

export default async function finetuneMutually(stage: Stage): Promise<void> {
  const given = parameters(Parameters, stage);
  const { network: name, stem } = given.peer ?? given;
  const network = resnet(name, stem);
  await runFinetuning(stage, 'mutual', given, async (classes) => {
    const { backbone, warning } = await loadStart(stage.inputs.peer === null ? null : stage.input('peer'), network, [
      'peer',
      given.seed,
    ]);
    if (warning !== null) stage.warn(warning);
    const head = initializeClassifier(resnetStructure(network).features, classes.length, ['peer head', given.seed]);
    const peer = { network, start: { params: { ...backbone.params, ...head }, stats: backbone.stats } };
    return (settings) => mutualLearningStep(peer, settings);
  });
}
