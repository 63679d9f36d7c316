/** A stream of bytes, asked for in portions of a known size; never more than one chunk of it is in memory. */
import { ArchiveError } from './archive-error.ts';

export interface ByteSource {
  /** Exactly this number of bytes, which must be small. Throws ArchiveError if the stream ends before. */
  take(bytes: number): Promise<Buffer>;
  /** Reads this number of bytes in pieces. */
  pieces(bytes: number): AsyncGenerator<Buffer, void>;
  /** Nothing but zeros to the end, at most `limit` of them: tar programs fill up their last record. */
  zerosToTheEnd(limit: number): Promise<boolean>;
}

export function byteSource(stream: AsyncIterable<Buffer>): ByteSource {
  const chunks = stream[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);

  /** Something, unless the stream has ended. */
  async function fill(): Promise<boolean> {
    while (rest.length === 0) {
      const next = await chunks.next();
      if (next.done === true) return false;
      rest = next.value;
    }
    return true;
  }

  async function* pieces(bytes: number): AsyncGenerator<Buffer, void> {
    for (let left = bytes; left > 0;) {
      if (!(await fill())) throw new ArchiveError('the archive ends before it is complete');
      const piece = rest.subarray(0, left);
      rest = rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  return {
    pieces,
    async take(bytes) {
      const parts: Buffer[] = [];
      for await (const piece of pieces(bytes)) parts.push(piece);
      return Buffer.concat(parts, bytes);
    },
    async zerosToTheEnd(limit) {
      for (let seen = 0; await fill(); rest = Buffer.alloc(0)) {
        seen += rest.length;
        if (seen > limit || !rest.every((byte) => byte === 0)) return false;
      }
      return true;
    },
  };
}
