import { createHash, webcrypto } from 'node:crypto';

/** Lower-case hexadecimal SHA-256. */
export type Digest = string & { readonly __brand: 'Digest' };

export function digestOf(bytes: string | Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest;
}

/** For large content: on another thread, so that transfers go on meanwhile. */
export async function digestAside(bytes: Uint8Array): Promise<Digest> {
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)).toString(
    'hex',
  ) as Digest;
}
