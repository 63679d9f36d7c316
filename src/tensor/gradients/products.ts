/** Gradients of products of matrices and of more general tensors. */
import * as tf from '@tensorflow/tfjs-core';
import { sumToShape } from './broadcasting.ts';
import type { GradientTable } from './config.ts';

/** The gradient of einsum for one operand: the other one and dy, summed over what the operand does not have. */
function einsumGradient(dy: tf.Tensor, operands: readonly tf.Tensor[], which: number, equation: string): tf.Tensor {
  const [left, result] = equation.replace(/\s/g, '').split('->') as [string, string];
  const terms = left.split(',');
  const other = 1 - which;
  const labels = Array.from(terms[which]!);
  const known = result + (terms[other] ?? '');
  const found = labels.filter((label) => known.includes(label)).join('');
  const gradient =
    terms.length === 1
      ? tf.einsum(`${result}->${found}`, dy)
      : tf.einsum(`${result},${terms[other]!}->${found}`, dy, operands[other]!);
  // A label that was summed within this operand alone has the same gradient at every index.
  const { shape } = operands[which]!;
  return tf.broadcastTo(
    tf.reshape(
      gradient,
      shape.map((side, i) => (known.includes(labels[i]!) ? side : 1)),
    ),
    shape,
  );
}

export const PRODUCT_GRADIENTS: GradientTable = {
  BatchMatMul: {
    saved: ['a', 'b'],
    of: (dy, [a, b], { transposeA = false, transposeB = false }) => {
      const [ofA, ofB] = [transposeA, transposeB] as [boolean, boolean];
      return {
        a: () => sumToShape(ofA ? tf.matMul(b!, dy, ofB, true) : tf.matMul(dy, b!, false, !ofB), a!.shape),
        b: () => sumToShape(ofB ? tf.matMul(dy, a!, true, ofA) : tf.matMul(a!, dy, !ofA, false), b!.shape),
      };
    },
  },
  Einsum: {
    saved: 'all',
    of: (dy, operands, { equation }) =>
      Object.fromEntries(
        operands.map((_, which) => [`${which}`, () => einsumGradient(dy, operands, which, equation as string)]),
      ),
  },
};
