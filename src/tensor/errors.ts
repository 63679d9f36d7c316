/** Errors of functions to be compiled, and of the values that a compiled step is fed. */
import type { Precision } from './engine.ts';
import type { DType } from './host-tensor.ts';

/** A function that cannot be traced. The message names the place in the caller's code and a remedy. */
export class TraceError extends Error {
  override readonly name = 'TraceError';
}

/** A tensor with another shape or dtype than the step was compiled for. */
export class TensorMismatchError extends Error {
  override readonly name = 'TensorMismatchError';
}

/** A step that needs more memory than available. Its message names the shapes of the step and the values to reduce. */
export class MemoryError extends Error {
  override readonly name = 'MemoryError';
  readonly isExpected = true;
}

/** A GPU that is asked for and cannot be used. The message says why. */
export class GpuError extends Error {
  override readonly name = 'GpuError';
  readonly isExpected = true;
  /** There is none that this process may use. */
  readonly isAbsent: boolean;

  constructor(message: string, options: ErrorOptions & { readonly isAbsent?: boolean } = {}) {
    super(message, options);
    this.isAbsent = options.isAbsent ?? false;
  }
}

/** A precision that an engine does not compute in. */
export class PrecisionError extends Error {
  override readonly name = 'PrecisionError';
  readonly isExpected = true;
}

/** Which engine has a precision, and how to get it. */
const REMEDIES: Readonly<Record<Exclude<Precision, 'float32'>, string>> = {
  bfloat16: 'The engines tensorflow and xla have bfloat16: pipeline engine add tensorflow',
  tf32: 'NVIDIA GPUs have TF32, with the engine xla: pipeline engine add xla',
};

/** Throws PrecisionError unless the engine computes in that precision. */
export function requirePrecision(engine: string, precision: Precision, has: readonly Precision[]): void {
  if (precision === 'float32' || has.includes(precision)) return;
  const only = has.length === 1 ? `${has.join()} only` : has.join(' or ');
  throw new PrecisionError(`The engine "${engine}" computes in ${only}. ${REMEDIES[precision]}`);
}

export interface Described {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** For example `float32 [32, 64, 64, 3]`. */
export const describeTensor = ({ dtype, shape }: Described): string => `${dtype} [${shape.join(', ')}]`;

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, i) => side === b[i]);

const ARRAYS: Readonly<Record<DType, string>> = {
  float32: 'a Float32Array',
  int32: 'an Int32Array',
  uint8: 'a Uint8Array',
  bool: 'a Uint8Array',
};

/** A Buffer is the Uint8Array that it extends. */
export function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null)
    return value === null || value === undefined ? String(value) : `a ${typeof value}`;
  const name = ArrayBuffer.isView(value)
    ? (value as Uint8Array)[Symbol.toStringTag]
    : ((value.constructor as { name?: string } | undefined)?.name ?? 'record');
  return `${/^[AEIOU]/.test(name) && !name.startsWith('U') ? 'an' : 'a'} ${name}`;
}

/**
 * Returns `found`. Throws TensorMismatchError unless it has the dtype, shape, kind of array and number of values of
 * `expected`. `what` is for example `input "images"`.
 */
export function checkTensor<T extends Described & { readonly data: ArrayLike<unknown> }>(
  what: string,
  expected: { readonly dtype: DType; readonly shape: readonly number[] },
  found: T | undefined,
): T {
  if (found === undefined)
    throw new TensorMismatchError(`The ${what} is missing: ${describeTensor(expected)} is expected.`);
  if (found.dtype !== expected.dtype || !sameShape(found.shape, expected.shape))
    throw new TensorMismatchError(
      `The ${what} is ${describeTensor(found)}, but the step was compiled for ${describeTensor(expected)}.`,
    );
  const kind = kindOf(found.data);
  if (kind !== ARRAYS[expected.dtype])
    throw new TensorMismatchError(
      `The ${what} holds its values in ${kind}, but ${describeTensor(expected)} takes ${ARRAYS[expected.dtype]}.`,
    );
  const size = expected.shape.reduce((a, b) => a * b, 1);
  if (found.data.length !== size)
    throw new TensorMismatchError(
      `The ${what} has ${found.data.length} values, but ${describeTensor(expected)} takes ${size}.`,
    );
  return found;
}
