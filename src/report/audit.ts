/** The leaks that an audit found in a data set before training. */
import type { Audit } from '../formats/audit.ts';
import type { SharedImages } from '../formats/shared-images.ts';
import type { EmbeddedPicture } from './picture.ts';

export interface AuditFindings {
  readonly summary: Audit['summary'];
  readonly shown: Audit['shown'];
  /** One row for each pair, the two images side by side; null if the pipeline does not pass it on. */
  readonly picture: EmbeddedPicture | null;
}

/** The images that two data sets of the study share. */
export interface SharedFindings {
  readonly between: readonly { readonly sets: readonly [string, string]; readonly counts: SharedCounts }[];
  readonly shown: SharedImages['shown'];
  /** As of an audit. */
  readonly picture: EmbeddedPicture | null;
}

/** Numbers of equal, nearly equal and turned images, and of files of one name. */
export interface SharedCounts {
  readonly equal: number;
  readonly near: number;
  readonly turned: number;
  readonly names: number;
}
