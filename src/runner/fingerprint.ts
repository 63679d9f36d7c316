/** The record whose SHA-256 identifies an execution. The fields are explained in docs/fingerprint.md. */
import type { Digest } from '../util/digest.ts';
import type { Json, JsonObject } from '../util/json.ts';
import type { Axes } from './pipeline.ts';

export type Fingerprint = Digest & { readonly __use: 'Fingerprint' };

export interface FingerprintRecord {
  readonly format: 1;
  readonly code: CodeIdentity;
  readonly params: JsonObject;
  /** A stage reads them as `stage.axes`, a command as `${axis}`. */
  readonly axes: Axes;
  /** Value of each declared variable; null: not set. */
  readonly env: Readonly<Record<string, string | null>>;
  readonly inputs: Readonly<Record<string, InputIdentity>>;
  readonly outputs: Readonly<Record<string, { readonly kind: 'file' | 'folder'; readonly file: string }>>;
}

export type CodeIdentity =
  | { readonly kind: 'module'; readonly bundle: Digest; readonly packages: Readonly<Record<string, string>> }
  | { readonly kind: 'command'; readonly template: string; readonly shell?: string };

/** `executable`: a file with an executable bit. */
export type ContentKind = 'file' | 'executable' | 'folder';

/** A stage declares a file; only its execution tells whether the file is executable. */
export function declaredKind(kind: ContentKind): 'file' | 'folder' {
  return kind === 'folder' ? 'folder' : 'file';
}

export type InputIdentity =
  | { readonly kind: 'none' }
  | { readonly kind: ContentKind; readonly digest: Digest }
  | {
      readonly kind: 'gather';
      readonly members: readonly {
        readonly axes: Readonly<Record<string, Json>>;
        readonly kind: ContentKind;
        readonly digest: Digest;
      }[];
    };
