/** Matrix products and sums of products. */
import * as tf from '@tensorflow/tfjs-core';
import { sideAt } from '../../graph/sides.ts';
import type { HloLowering } from '../hlo/lowering.ts';
import type { HloValue } from '../hlo/module.ts';
import type { HloKernelTable } from './kernel.ts';

type AxisPair = readonly [readonly number[], readonly number[]];

interface ProductAxes {
  /** Axes that go through together, of a and of b. */
  readonly batch: AxisPair;
  /** Axes that are multiplied and summed. */
  readonly contracted: AxisPair;
}

/** The result has the batches, then what is free of a, then what is free of b. */
function product(lowering: HloLowering, a: HloValue, b: HloValue, { batch, contracted }: ProductAxes): HloValue {
  const free = ({ shape }: HloValue, side: 0 | 1): number[] =>
    shape.filter((_, i) => !batch[side].includes(i) && !contracted[side].includes(i));
  const dimensions = [
    `lhs_batching_dimensions = [${batch[0].join(', ')}]`,
    `rhs_batching_dimensions = [${batch[1].join(', ')}]`,
    `lhs_contracting_dimensions = [${contracted[0].join(', ')}]`,
    `rhs_contracting_dimensions = [${contracted[1].join(', ')}]`,
  ];
  return lowering.op('dot_general', [a, b], {
    shape: [...batch[0].map((axis) => sideAt(a.shape, axis)), ...free(a, 0), ...free(b, 1)],
    attributes: {
      dot_dimension_numbers: `#stablehlo.dot<${dimensions.join(', ')}>`,
      ...lowering.precisionOf(a.type),
    },
  });
}

interface Term {
  readonly value: HloValue;
  readonly labels: readonly string[];
}

/** Over the labels that both have: those of the result are batches, the others are summed. */
function contract(lowering: HloLowering, a: Term, b: Term, result: string): Term {
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => result.includes(label));
  const contracted = shared.filter((label) => !result.includes(label));
  const axes = (labels: readonly string[]): AxisPair => [
    labels.map((label) => a.labels.indexOf(label)),
    labels.map((label) => b.labels.indexOf(label)),
  ];
  const free = ({ labels }: Term): string[] => labels.filter((label) => !shared.includes(label));
  return {
    value: product(lowering, a.value, b.value, { batch: axes(batch), contracted: axes(contracted) }),
    labels: [...batch, ...free(a), ...free(b)],
  };
}

/** One operand after the other; a label that only one of them has, and the result has not, is summed first. */
function einsum(lowering: HloLowering, operands: readonly HloValue[], equation: string): HloValue {
  const [terms = '', result = ''] = equation.replace(/\s/g, '').split('->');
  const labels = terms.split(',').map((term) => Array.from(term));
  const summed = operands.map((value, k): Term => {
    const own = labels[k] ?? [];
    const isWanted = (label: string): boolean =>
      result.includes(label) || labels.some((other, j) => j !== k && other.includes(label));
    const lost = own.flatMap((label, i) => (isWanted(label) ? [] : [i]));
    return { value: lowering.reduce('add', value, lost, 0), labels: own.filter(isWanted) };
  });
  const { value, labels: found } = summed.reduce((a, b) => contract(lowering, a, b, result));
  return lowering.transpose(
    value,
    Array.from(result, (label) => found.indexOf(label)),
  );
}

export const HLO_PRODUCTS = {
  BatchMatMul: ({ a, b }, { transposeA = false, transposeB = false }, { lowering }) => {
    const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const wide = (x: HloValue): HloValue => lowering.broadcast(x, [...batch, ...x.shape.slice(-2)]);
    const batches = batch.map((_, i) => i);
    const [rows, columns] = [batch.length, batch.length + 1];
    const contracted: AxisPair = [[transposeA ? rows : columns], [transposeB ? columns : rows]];
    return product(lowering, wide(a), wide(b), { batch: [batches, batches], contracted });
  },
  Einsum: ({ operands }, { equation }, { lowering }) => einsum(lowering, operands, equation),
} satisfies HloKernelTable;
