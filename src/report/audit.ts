/** The leaks that an audit found in a data set before training. */
import type { EmbeddedPicture } from './picture.ts';

export interface AuditFindings {
  /** By kind of finding: a count, or counts by name. */
  readonly summary: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
  /** The pairs in the picture, in the order of its rows. */
  readonly shown: readonly AuditedPair[];
  /** One row for each pair, the two images side by side; null if the pipeline does not pass it on. */
  readonly picture: EmbeddedPicture | null;
}

export interface AuditedPair {
  /** `equal`, `near`, ... */
  readonly kind: string;
  readonly images: readonly [string, string];
  readonly labels: readonly [string, string];
  /** The parts of the published split; empty without one. */
  readonly splits: readonly [string, string];
}

/** The images that two data sets of the study share. */
export interface SharedFindings {
  readonly between: readonly { readonly sets: readonly [string, string]; readonly counts: SharedCounts }[];
  /** The pairs in the picture, in the order of its rows. */
  readonly shown: readonly {
    readonly kind: keyof SharedCounts;
    readonly sets: readonly [string, string];
    readonly images: readonly [string, string];
    readonly labels: readonly [string, string];
  }[];
  /** As of an audit. */
  readonly picture: EmbeddedPicture | null;
}

/** Pairs of equal, nearly equal and turned images, and of files of one name. */
export interface SharedCounts {
  readonly equal: number;
  readonly near: number;
  readonly turned: number;
  readonly names: number;
}
