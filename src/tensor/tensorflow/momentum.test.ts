import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { simplify } from '../graph/simplify.ts';
import type { HostTensor } from '../host-tensor.ts';
import { float32 } from '../index.ts';
import { trace } from '../trace/trace.ts';
import { findMomentum } from './momentum.ts';

const vector: HostTensor<'float32'> = { dtype: 'float32', shape: [4], data: new Float32Array(4) };

interface Leaves {
  readonly state: Record<'v' | 'w', tf.Tensor>;
  readonly inputs: Record<'g' | 'rate', tf.Tensor>;
}

function found(step: (leaves: Leaves) => { v: tf.Tensor; w: tf.Tensor; output?: tf.Tensor }) {
  const { program } = trace(
    (args) => {
      const { v, w, output } = step(args as Leaves);
      return { state: { v, w }, outputs: output === undefined ? {} : { output } };
    },
    { state: { v: vector, w: vector }, inputs: { g: float32([4]), rate: float32([]) } },
  );
  return findMomentum(simplify(program));
}

const moved = ({ state: { v }, inputs: { g } }: Leaves): tf.Tensor => tf.add(tf.mul(v, 0.9), g);

describe('an update by momentum', () => {
  test('is found with its rate, its momentum and its leaves', () => {
    const [update, ...others] = found((leaves) => ({
      v: moved(leaves),
      w: tf.sub(leaves.state.w, tf.mul(moved(leaves), leaves.inputs.rate)),
    }));
    expect(others).toEqual([]);
    expect(update).toMatchObject({ velocity: 0, weight: 1, rate: { shape: [] } });
    expect(update!.momentum).toBeCloseTo(0.9);
  });

  test('is found where the velocity itself is subtracted, and the terms stand the other way round', () => {
    const turned = ({ state: { v }, inputs: { g } }: Leaves): tf.Tensor => tf.add(g, tf.mul(0.9, v));
    expect(found((leaves) => ({ v: turned(leaves), w: tf.sub(leaves.state.w, turned(leaves)) }))).toMatchObject([
      { weight: 1, velocity: 0, rate: undefined },
    ]);
  });

  test('is left as it is written where something else reads the new velocity or the new weight', () => {
    expect(
      found((leaves) => ({
        v: moved(leaves),
        w: tf.sub(leaves.state.w, tf.mul(moved(leaves), leaves.inputs.rate)),
        output: tf.sum(moved(leaves)),
      })),
    ).toEqual([]);
    const next = (leaves: Leaves): tf.Tensor => tf.sub(leaves.state.w, tf.mul(moved(leaves), leaves.inputs.rate));
    expect(found((leaves) => ({ v: moved(leaves), w: next(leaves), output: next(leaves) }))).toEqual([]);
  });

  test("is not found in Nesterov's, nor where the rate is no scalar", () => {
    expect(
      found((leaves) => ({
        v: moved(leaves),
        w: tf.sub(leaves.state.w, tf.mul(tf.add(leaves.inputs.g, tf.mul(moved(leaves), 0.9)), leaves.inputs.rate)),
      })),
    ).toEqual([]);
    expect(
      found((leaves) => ({ v: moved(leaves), w: tf.sub(leaves.state.w, tf.mul(moved(leaves), leaves.inputs.g)) })),
    ).toEqual([]);
  });
});
