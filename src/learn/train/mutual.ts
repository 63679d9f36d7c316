/**
 * Deep mutual learning: Y. Zhang et al., "Deep Mutual Learning", CVPR 2018 (arXiv 1706.00384). Two networks that start
 * differently train on the same batches, each from the labels and from the other's predictions.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { stopGradient, valueAndGrads } from '../../tensor/index.ts';
import { augment } from '../augment/index.ts';
import { resnetForward } from '../nn/forward.ts';
import { linearClassifier } from '../nn/heads.ts';
import { initialOptimizerState, optimizerStep, type OptimizerState } from '../nn/optimizer.ts';
import type { ResNet } from '../nn/resnet.ts';
import { normalize } from '../nn/normalize.ts';
import type { Variables } from '../nn/variables.ts';
import { accuracy, crossEntropy, oneHot } from './supervised.ts';
import type { TrainingStep, TrainingStepSettings, TrainingStepState } from './training-step.ts';
import type { HostModel } from './loop.ts';

interface Peer {
  readonly network: ResNet;
  /** With a classifier. */
  readonly start: HostModel;
}

type MutualState = TrainingStepState & {
  readonly peer: HostModel & { readonly optimizerState: OptimizerState<HostTensor<'float32'>> };
};

/**
 * The first network is validated, selected and kept; the peer is there to learn with. Both gradients are those of the
 * weights before the step, as in equation 4: the authors' code lets the second network see the first one after its
 * step.
 */
export function mutualLearningStep(
  peer: Peer,
  { network, optimizer, classWeights }: TrainingStepSettings,
): TrainingStep<MutualState> {
  const withMemory = ({ params, stats }: HostModel) => ({
    params,
    stats,
    optimizerState: initialOptimizerState(optimizer, params),
  });
  return {
    initial: (classifier) => ({ ...withMemory(classifier), peer: withMemory(peer.start) }),
    step: ({ state, inputs }) => {
      const images = normalize(augment(inputs.images as tf.Tensor4D, inputs.view));
      const labels = oneHot(inputs.labels, classWeights.length);
      // One pass for both. A network's prediction is a constant for the other, so that no gradient crosses over.
      const { aux, gradients } = valueAndGrads(
        (params) => {
          const one = logitsOf(network, parted(params, OWN), state.stats, images);
          const other = logitsOf(peer.network, parted(params, PEERS), state.peer.stats, images);
          // Equation 5.
          const loss = tf.add(crossEntropy(one.logits, labels, classWeights), klDivergence(other.logits, one.logits));
          // Equation 6.
          const peerLoss = tf.add(
            crossEntropy(other.logits, labels, classWeights),
            klDivergence(one.logits, other.logits),
          );
          return {
            value: tf.add<tf.Scalar>(loss, peerLoss),
            aux: { loss: loss as tf.Scalar, peerLoss: peerLoss as tf.Scalar, one, other },
          };
        },
        { ...named(state.params, OWN), ...named(state.peer.params, PEERS) },
      );

      const own = optimizerStep(optimizer, state, parted(gradients, OWN), inputs.learningRate);
      const peers = optimizerStep(optimizer, state.peer, parted(gradients, PEERS), inputs.learningRate);
      return {
        state: { ...own, stats: aux.one.stats, peer: { ...peers, stats: aux.other.stats } },
        outputs: {
          loss: aux.loss,
          accuracy: accuracy(aux.one.logits, inputs.labels),
          peerLoss: aux.peerLoss,
          peerAccuracy: accuracy(aux.other.logits, inputs.labels),
        },
      };
    },
  };
}

/** KL(wanted || found), summed over classes and averaged over rows; `wanted` is held constant. Logits [B, C]. */
export function klDivergence(wanted: tf.Tensor2D, found: tf.Tensor2D): tf.Scalar {
  const target = tf.logSoftmax(stopGradient(wanted));
  return tf.mean(tf.sum(tf.mul(tf.exp(target), tf.sub(target, tf.logSoftmax(found))), 1));
}

function logitsOf(
  network: ResNet,
  params: Variables<tf.Tensor>,
  running: Variables<tf.Tensor>,
  images: tf.Tensor4D,
): { logits: tf.Tensor2D; stats: Variables<tf.Tensor> } {
  const { features, stats } = resnetForward(network, params, running, images, { training: true });
  return { logits: linearClassifier(params, features), stats };
}

/** Both networks have tensors of the same names. */
const [OWN, PEERS] = ['own ', 'peer '] as const;

const named = <T>(variables: Variables<T>, whose: string): Variables<T> =>
  Object.fromEntries(Object.entries(variables).map(([name, value]) => [whose + name, value]));

function parted<T>(variables: Variables<T>, whose: string): Variables<T> {
  const entries = Object.entries(variables).filter(([name]) => name.startsWith(whose));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(whose.length), value]));
}
