import { createHash } from 'node:crypto';

/** Lower-case hexadecimal SHA-256. */
export type Digest = string & { readonly __brand: 'Digest' };

export function digestOf(bytes: string | Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest;
}
