/**
 * Optimizers as pure functions over records: their state goes in and comes out beside the parameters.
 *
 * None of them decays tensors of rank 1: those are biases and the scales and offsets of norms (SimCLR, appendix B.6; T.
 * He et al., "Bag of Tricks", CVPR 2019, section 3.1).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../tensor/host-tensor.ts';
import { unreachable } from '../../util/unreachable.ts';
import type { Variables } from './variables.ts';
import { field } from '../../util/known.ts';

export type Optimizer = Rule & {
  /** Gradients that are longer than this, all together, are shortened to it. */
  readonly clip?: number;
  /** Layers that do not learn, by the beginnings of the names of their parameters: `conv1.`, `layer1.`. */
  readonly kept?: readonly string[];
};

type Rule =
  | { readonly name: 'sgd'; readonly momentum: number; readonly nesterov: boolean; readonly weightDecay: number }
  | { readonly name: 'adamw'; readonly weightDecay: number }
  | { readonly name: 'lars'; readonly momentum: number; readonly weightDecay: number };

/** The state of an optimizer between steps: records named like the parameters, and scalars. */
export type OptimizerState<T> = Readonly<Record<string, Variables<T> | T>>;

export function initialOptimizerState(
  of: Optimizer,
  params: Variables<HostTensor<'float32'>>,
): OptimizerState<HostTensor<'float32'>> {
  const zeros = zerosLike(learning(of, params));
  switch (of.name) {
    case 'sgd':
    case 'lars':
      return { velocity: zeros };
    case 'adamw':
      return { first: zeros, second: zeros, firstPower: one(), secondPower: one() };
    default:
      return unreachable(of);
  }
}

type Update = Readonly<{
  params: Variables<tf.Tensor>;
  optimizerState: OptimizerState<tf.Tensor>;
}>;

/** One step down the gradients; `learningRate` is a scalar. Kept parameters come out as they went in. */
export function optimizerStep(
  by: Optimizer,
  { params: all, optimizerState: state }: Update,
  allGradients: Variables<tf.Tensor>,
  learningRate: tf.Tensor,
): Update {
  const params = learning(by, all);
  const found = learning(by, allGradients);
  const gradients = by.clip === undefined ? found : clipped(found, by.clip);
  const update = stepOf(by, { params, optimizerState: state }, gradients, learningRate);
  return { ...update, params: { ...all, ...update.params } };
}

function stepOf(
  by: Optimizer,
  { params, optimizerState }: Update,
  gradients: Variables<tf.Tensor>,
  learningRate: tf.Tensor,
): Update {
  switch (by.name) {
    case 'sgd':
      return sgd(by, params, gradients, optimizerState, learningRate);
    case 'adamw':
      return adamw(by, params, gradients, optimizerState, learningRate);
    case 'lars':
      return lars(by, params, gradients, optimizerState, learningRate);
    default:
      return unreachable(by);
  }
}

/** Without those that are kept. */
function learning<T>({ kept = [] }: Optimizer, variables: Variables<T>): Variables<T> {
  const entries = Object.entries(variables).filter(([name]) => !kept.some((beginning) => name.startsWith(beginning)));
  return Object.fromEntries(entries);
}

/** As PyTorch's clip_grad_norm_: all by one factor, so that their direction stays. */
function clipped(gradients: Variables<tf.Tensor>, longest: number): Variables<tf.Tensor> {
  const length = tf.sqrt(tf.addN(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)))));
  const factor = tf.minimum(tf.div(longest, tf.add(length, 1e-6)), 1);
  return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
}

/**
 * PyTorch's: v <- m v + (g + d w), then w <- w - rate v, or with Nesterov's correction w <- w - rate (g + d w + m v).
 */
function sgd(
  by: Extract<Optimizer, { name: 'sgd' }>,
  params: Variables<tf.Tensor>,
  gradients: Variables<tf.Tensor>,
  optimizerState: OptimizerState<tf.Tensor>,
  learningRate: tf.Tensor,
): Update {
  const old = optimizerState.velocity as Variables<tf.Tensor>;
  const velocity: Record<string, tf.Tensor> = {};
  const next: Record<string, tf.Tensor> = {};
  for (const [name, value] of Object.entries(params)) {
    const gradient = withDecay(by, value, field(gradients, name));
    const moved = tf.add(tf.mul(field(old, name), by.momentum), gradient);
    velocity[name] = moved;
    next[name] = tf.sub(
      value,
      tf.mul(by.nesterov ? tf.add(gradient, tf.mul(moved, by.momentum)) : moved, learningRate),
    );
  }
  return { params: next, optimizerState: { velocity } };
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const ADAM_EPSILON = 1e-8;

/** I. Loshchilov and F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2, as PyTorch has it. */
function adamw(
  by: Extract<Optimizer, { name: 'adamw' }>,
  params: Variables<tf.Tensor>,
  gradients: Variables<tf.Tensor>,
  optimizerState: OptimizerState<tf.Tensor>,
  learningRate: tf.Tensor,
): Update {
  const [oldFirst, oldSecond] = [
    optimizerState.first as Variables<tf.Tensor>,
    optimizerState.second as Variables<tf.Tensor>,
  ];
  const firstPower = tf.mul(optimizerState.firstPower as tf.Tensor, BETA_1);
  const secondPower = tf.mul(optimizerState.secondPower as tf.Tensor, BETA_2);
  const scale = tf.div(learningRate, tf.sub(1, firstPower));
  const correction = tf.rsqrt(tf.sub(1, secondPower));
  const first: Record<string, tf.Tensor> = {};
  const second: Record<string, tf.Tensor> = {};
  const next: Record<string, tf.Tensor> = {};
  for (const [name, value] of Object.entries(params)) {
    const gradient = field(gradients, name);
    const m = tf.add(tf.mul(field(oldFirst, name), BETA_1), tf.mul(gradient, 1 - BETA_1));
    const v = tf.add(tf.mul(field(oldSecond, name), BETA_2), tf.mul(tf.square(gradient), 1 - BETA_2));
    const step = tf.div(tf.mul(m, scale), tf.add(tf.mul(tf.sqrt(v), correction), ADAM_EPSILON));
    const decayed =
      decays(value) && by.weightDecay > 0 ? tf.sub(value, tf.mul(value, tf.mul(learningRate, by.weightDecay))) : value;
    [first[name], second[name], next[name]] = [m, v, tf.sub(decayed, step)];
  }
  return { params: next, optimizerState: { first, second, firstPower, secondPower } };
}

/** Share of its own length that a tensor may move at a rate of 1. */
const TRUST = 0.001;

/**
 * Y. You et al., "Large Batch Training of Convolutional Networks", arXiv 1708.03888, as SimCLR's authors have it: the
 * decay enters the gradient, the rate enters the velocity, and tensors that do not decay are not rescaled either.
 */
function lars(
  by: Extract<Optimizer, { name: 'lars' }>,
  params: Variables<tf.Tensor>,
  gradients: Variables<tf.Tensor>,
  optimizerState: OptimizerState<tf.Tensor>,
  learningRate: tf.Tensor,
): Update {
  const old = optimizerState.velocity as Variables<tf.Tensor>;
  const velocity: Record<string, tf.Tensor> = {};
  const next: Record<string, tf.Tensor> = {};
  for (const [name, value] of Object.entries(params)) {
    const gradient = withDecay(by, value, field(gradients, name));
    const local = decays(value) ? tf.mul(learningRate, trustRatio(value, gradient)) : learningRate;
    velocity[name] = tf.add(tf.mul(field(old, name), by.momentum), tf.mul(gradient, local));
    next[name] = tf.sub(value, velocity[name]);
  }
  return { params: next, optimizerState: { velocity } };
}

/** 1 if either length is zero: a tensor of zeros could never change otherwise. */
function trustRatio(value: tf.Tensor, gradient: tf.Tensor): tf.Tensor {
  const [own, slope] = [tf.sqrt(tf.sum(tf.square(value))), tf.sqrt(tf.sum(tf.square(gradient)))];
  return tf.where(tf.greater(tf.mul(own, slope), 0), tf.div(tf.mul(own, TRUST), slope), 1);
}

/** The decay as a part of the gradient: g + d w. */
function withDecay(by: { readonly weightDecay: number }, value: tf.Tensor, gradient: tf.Tensor): tf.Tensor {
  return decays(value) && by.weightDecay > 0 ? tf.add(gradient, tf.mul(value, by.weightDecay)) : gradient;
}

const decays = (value: tf.Tensor): boolean => value.rank > 1;

const one = (): HostTensor<'float32'> => ({ dtype: 'float32', shape: [], data: Float32Array.of(1) });

const zerosLike = (params: Variables<HostTensor<'float32'>>): Variables<HostTensor<'float32'>> =>
  Object.fromEntries(
    Object.entries(params).map(([name, { shape, data }]) => [
      name,
      { dtype: 'float32', shape, data: new Float32Array(data.length) },
    ]),
  );
