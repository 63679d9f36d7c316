/** Gradients of products of matrices and of more general tensors. */
import * as tf from '@tensorflow/tfjs-core';
import { sumToShape } from './broadcasting.ts';
import { gradient, type GradientTable } from './config.ts';
import type { AttributesOf } from '../graph/signatures.ts';
import { sideAt } from '../graph/sides.ts';

/** The gradient of einsum for one operand: the other one and dy, summed over the labels that the operand lacks. */
function einsumGradient(dy: tf.Tensor, operands: readonly tf.Tensor[], which: number, equation: string): tf.Tensor {
  const [left = '', result = ''] = equation.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  const [own, other] = [terms[which] ?? '', terms[1 - which]];
  const [operand, otherOperand] = [operands[which], operands[1 - which]];
  if (operand === undefined) throw new Error(`Internal error: "${equation}" has no operand ${which}.`);
  const labels = Array.from(own);
  const known = result + (other ?? '');
  const found = labels.filter((label) => known.includes(label)).join('');
  const summed =
    other === undefined || otherOperand === undefined
      ? tf.einsum(`${result}->${found}`, dy)
      : tf.einsum(`${result},${other}->${found}`, dy, otherOperand);
  // Labels that were summed within the operand alone get the same gradient everywhere.
  const { shape } = operand;
  const kept = labels.map((label, axis) => (known.includes(label) ? sideAt(shape, axis) : 1));
  return tf.broadcastTo(tf.reshape(summed, kept), shape);
}

const matMul = gradient(['a', 'b'], ({ a, b }, dy, attributes: AttributesOf<'BatchMatMul'>) => {
  const { transposeA: ofA = false, transposeB: ofB = false } = attributes;
  return {
    a: () => sumToShape(ofA ? tf.matMul(b, dy, ofB, true) : tf.matMul(dy, b, false, !ofB), a.shape),
    b: () => sumToShape(ofB ? tf.matMul(dy, a, true, ofA) : tf.matMul(a, dy, !ofA, false), b.shape),
  };
});

export const PRODUCT_GRADIENTS: GradientTable = {
  BatchMatMul: matMul,
  Einsum: {
    saved: 'all',
    of: (dy, operands, { equation }) =>
      Object.fromEntries(
        operands.map((_, which) => [`${which}`, () => einsumGradient(dy, operands, which, equation as string)]),
      ),
  },
};
