/**
 * Checks that the inputs of a kernel fit together. tfjs leaves this to its kernels, which do not run while a function
 * is traced. Engines would refuse later, with messages of their own, or would compute a wrong result.
 */
import { TraceError, describeTensor, sameShape } from '../errors.ts';
import { axisOf, sliceOf } from './attributes.ts';
import type { Attributes, Spec } from './node.ts';
import { sideAt } from './sides.ts';
import { attributesOf, inputsByName, type AttributesOf, type Inputs, type KernelName } from './signatures.ts';

/** Says why the inputs do not fit, or null. */
type Check<K extends KernelName> = (inputs: Inputs<K, Spec>, attributes: AttributesOf<K>) => string | null;

/** Throws TraceError with the kernel and the shapes. */
export function checkFit(
  kernel: KernelName,
  inputs: readonly Spec[],
  attributes: Attributes,
  outputs: readonly Spec[],
): void {
  const reason = misfit(CHECKS, kernel, inputs, attributes) ?? emptiness(outputs);
  if (reason !== null)
    throw new TraceError(
      `The shapes of "${kernel}" do not fit, ${inputs.map(describeTensor).join(' and ')}: ${reason}.`,
    );
}

function misfit<K extends KernelName>(
  checks: { readonly [P in K]?: Check<P> },
  kernel: K,
  inputs: readonly Spec[],
  attributes: Attributes,
): string | null {
  return checks[kernel]?.(inputsByName(kernel, inputs), attributesOf<K>({ attributes })) ?? null;
}

const emptiness = (outputs: readonly Spec[]): string | null =>
  outputs.some(({ shape }) => shape.some((side) => !(side >= 0))) ? 'nothing is left of a side' : null;

const CHECKS: { readonly [K in KernelName]?: Check<K> } = {
  BatchMatMul: ({ a, b }, { transposeA, transposeB }) => {
    const left = sideAt(a.shape, transposeA === true ? -2 : -1);
    const right = sideAt(b.shape, transposeB === true ? -1 : -2);
    return left === right ? null : `rows of ${left} values meet columns of ${right}`;
  },

  BatchNormTraining: ({ x, scale, offset }) => {
    const channels = sideAt(x.shape, -1);
    return [scale, offset].every(({ shape }) => sameShape(shape, [channels]))
      ? null
      : `scale and offset have to be [${channels}]`;
  },

  Einsum: ({ operands }, { equation }) => {
    const [terms = ''] = equation.replace(/\s/g, '').split('->');
    const sides = new Map<string, number>();
    for (const [i, term] of terms.split(',').entries()) {
      const shape = operands[i]?.shape;
      if (shape?.length !== term.length) return `"${term}" names ${term.length} axes`;
      for (const [axis, label] of Array.from(term).entries()) {
        const side = sideAt(shape, axis);
        const known = sides.get(label) ?? side;
        if (known !== side) return `"${label}" is ${known} and ${side}`;
        sides.set(label, side);
      }
    }
    return null;
  },

  Slice: ({ x }, attributes) => {
    const { begin, size } = sliceOf(x.shape, attributes);
    for (const [axis, side] of x.shape.entries()) {
      const [from, to] = [sideAt(begin, axis), sideAt(begin, axis) + sideAt(size, axis)];
      if (from < 0 || to > side) return `${from} to ${to} of axis ${axis}, which has ${side}`;
    }
    return null;
  },

  Concat: ({ operands }, attributes) => {
    const [first] = operands;
    const axis = axisOf(attributes.axis, first.shape);
    const others = ({ shape }: Spec): number[] => shape.filter((_, i) => i !== axis);
    return operands.every((part) => part.shape.length === first.shape.length && sameShape(others(part), others(first)))
      ? null
      : `only the sides of axis ${axis} may differ`;
  },

  Pack: ({ operands }) =>
    operands.every(({ shape }) => sameShape(shape, operands[0].shape)) ? null : 'all have to be the same',

  UnsortedSegmentSum: ({ x, segmentIds }) =>
    sameShape(x.shape.slice(0, segmentIds.shape.length), segmentIds.shape) ? null : 'there has to be one id for each',
};
