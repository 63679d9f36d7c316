/** Blocked convolutions that are not written yet, so that following operations can become part of them. */
import type { Attribute, Name } from './model.ts';

export interface DeferredConvolution {
  readonly x: Name;
  readonly filter: Name;
  readonly bias?: Name;
  /** Added to the result. */
  readonly sum?: Name;
  /** Applied last. */
  readonly relu?: true;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** One convolution for each parity of row and column of an image; missing ones are zero. */
export type StridedConvolutions = readonly (readonly (DeferredConvolution | undefined)[])[];
