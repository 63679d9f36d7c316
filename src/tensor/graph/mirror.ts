/** Mirrored padding: which place of the source every place of the result repeats. */
export interface MirrorPadAttributes {
  readonly paddings: readonly (readonly [number, number])[];
  /** `symmetric` repeats the border itself, `reflect` does not. */
  readonly mode: 'reflect' | 'symmetric';
}

/** Places for every axis; null if nothing is padded. */
export function mirroredIndices(
  shape: readonly number[],
  { paddings, mode }: MirrorPadAttributes,
): (number[] | null)[] {
  const shared = mode === 'reflect' ? 0 : 1;
  return paddings.map(([before, after], axis) => {
    if (before === 0 && after === 0) return null;
    const length = shape[axis]!;
    return Array.from({ length: before + length + after }, (_, i) => {
      const at = i - before;
      return at < 0 ? -at - shared : at < length ? at : 2 * length - 2 + shared - at;
    });
  });
}
