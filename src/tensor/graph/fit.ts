/**
 * Whether the inputs of a kernel fit together. tfjs leaves this to its kernels, which do not run while a function is traced; engines refuse
 * later, in words of their own, or compute something.
 */
import { TraceError, describe, sameShape } from '../errors.ts';
import { axesOf, sliceOf, type SliceAttributes } from './attributes.ts';
import type { Attributes, Spec } from './node.ts';

/** What does not fit, or null. */
type Check = (inputs: readonly Spec[], attributes: Attributes) => string | null;

/** Throws TraceError with the kernel and the shapes. */
export function checkFit(
  kernel: string,
  inputs: readonly Spec[],
  attributes: Attributes,
  outputs: readonly Spec[],
): void {
  const reason =
    CHECKS[kernel]?.(inputs, attributes) ??
    (outputs.some(({ shape }) => shape.some((side) => !(side >= 0))) ? 'nothing is left of a side' : null);
  if (reason !== null)
    throw new TraceError(`The shapes of "${kernel}" do not fit, ${inputs.map(describe).join(' and ')}: ${reason}.`);
}

const CHECKS: Readonly<Record<string, Check>> = {
  BatchMatMul: ([a, b], { transposeA, transposeB }) => {
    const [left, right] = [a!.shape.at(transposeA === true ? -2 : -1), b!.shape.at(transposeB === true ? -1 : -2)];
    return left === right ? null : `rows of ${left!} values meet columns of ${right!}`;
  },

  BatchNormTraining: ([x, scale, offset]) => {
    const channels = x!.shape.at(-1)!;
    return [scale!, offset!].every(({ shape }) => sameShape(shape, [channels]))
      ? null
      : `scale and offset have to be [${channels}]`;
  },

  Einsum: (operands, { equation }) => {
    const terms = (equation as string).replace(/\s/g, '').split('->')[0]!.split(',');
    const sides = new Map<string, number>();
    for (const [i, term] of terms.entries()) {
      if (operands[i]?.shape.length !== term.length) return `"${term}" names ${term.length} axes`;
      for (const [axis, label] of Array.from(term).entries()) {
        const side = operands[i].shape[axis]!;
        if ((sides.get(label) ?? side) !== side) return `"${label}" is ${sides.get(label)!} and ${side}`;
        sides.set(label, side);
      }
    }
    return null;
  },

  Slice: ([x], attributes) => {
    const { begin, size } = sliceOf(x!.shape, attributes as unknown as SliceAttributes);
    const axis = x!.shape.findIndex((side, i) => begin[i]! < 0 || begin[i]! + size[i]! > side);
    return axis === -1
      ? null
      : `${begin[axis]!} to ${begin[axis]! + size[axis]!} of axis ${axis}, which has ${x!.shape[axis]!}`;
  },

  Concat: (parts, attributes) => {
    const [axis] = axesOf(attributes, parts[0]!.shape);
    const others = ({ shape }: Spec): number[] => shape.filter((_, i) => i !== axis);
    return parts.every(
      (part) => part.shape.length === parts[0]!.shape.length && sameShape(others(part), others(parts[0]!)),
    )
      ? null
      : `only the sides of axis ${axis!} may differ`;
  },

  Pack: (parts) => (parts.every(({ shape }) => sameShape(shape, parts[0]!.shape)) ? null : 'all have to be the same'),

  UnsortedSegmentSum: ([x, ids]) =>
    sameShape(x!.shape.slice(0, ids!.shape.length), ids!.shape) ? null : 'there has to be one id for each',
};
