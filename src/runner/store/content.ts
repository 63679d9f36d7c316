/** The present content of a file or folder, as a digest. */
import type { Digest } from '../../util/digest.ts';
import type { Tree } from './tree.ts';

export type Content =
  | { readonly kind: 'file' | 'executable'; readonly digest: Digest; readonly bytes: number; version(): ContentVersion }
  | {
      readonly kind: 'folder';
      readonly digest: Digest;
      readonly bytes: number;
      version(): ContentVersion;
      tree(): Tree;
    };

/** Changes whenever a file is written to or replaced, even by the same bytes. */
export type ContentVersion = string & { readonly __brand: 'ContentVersion' };
