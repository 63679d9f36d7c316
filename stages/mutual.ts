/** Fine-tunes a network together with a peer that starts differently; each learns from the other. */
import { Type } from '@sinclair/typebox';
import { initializeClassifier } from '../src/learn/nn/heads.ts';
import { resnetStructure } from '../src/learn/nn/resnet.ts';
import { loadStart } from '../src/learn/nn/start.ts';
import { mutualLearningStep } from '../src/learn/train/mutual.ts';
import { defineStage, input, nullable } from '../src/stage/index.ts';
import { requireClasses } from './shared/answers.ts';
import { finetune, FINETUNE_INPUTS, FINETUNE_OUTPUTS } from './shared/finetune.ts';
import { FinetuneParameters } from './shared/finetune-parameters.ts';
import { networkFrom, NetworkParameters } from './shared/parameters.ts';

export default defineStage({
  inputs: {
    ...FINETUNE_INPUTS,
    /** The weights that the peer starts from; null draws them at random. */
    peer: nullable(input),
  },
  params: Type.Composite([
    FinetuneParameters,
    Type.Object({
      /** The network of the peer; without it, the same network. */
      peer: Type.Optional(NetworkParameters),
    }),
  ]),
  outputs: FINETUNE_OUTPUTS,
  run: (given) => {
    const { inputs, params, stage } = given;
    const network = networkFrom(params.peer ?? params);
    return finetune(given, 'mutual', async (dataset) => {
      requireClasses(dataset, 'mutual');
      const { backbone, warning } = await loadStart(inputs.peer, network, ['peer', params.seed]);
      if (warning !== null) stage.warn(warning);
      const head = initializeClassifier(resnetStructure(network).features, dataset.classes.length, [
        'peer head',
        params.seed,
      ]);
      const peer = { network, start: { params: { ...backbone.params, ...head }, stats: backbone.stats } };
      return (settings) => mutualLearningStep(peer, settings);
    });
  },
});
