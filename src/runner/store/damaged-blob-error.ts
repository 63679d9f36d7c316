import type { Digest } from '../../util/digest.ts';

/** A blob cannot be used: it is damaged, or gone. */
export class DamagedBlobError extends Error {
  readonly digest: Digest;
  constructor(digest: Digest, what: string, found: 'absent' | 'damaged') {
    const happened = found === 'damaged' ? 'no longer matches its digest' : 'is gone from the store';
    super(`${what} (${digest.slice(0, 12)}) ${happened}. Run again: its producer will be executed again.`);
    this.name = 'DamagedBlobError';
    this.digest = digest;
  }
}
