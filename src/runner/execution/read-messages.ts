/** Reads the messages of a module stage, one JSON message per line. */
import { StringDecoder } from 'node:string_decoder';
import type { Readable } from 'node:stream';
import { parseMessage } from './parse-message.ts';
import type { Message } from '../../stage/protocol.ts';

/** A longer line is no message, so at most this many bytes are kept without an end of line. */
const LONGEST = 16 * 1024 * 1024;

/** Resolves when the channel is closed. Other lines are skipped, because native code may write to any descriptor. */
export function readMessages(line: Readable, hear: (message: Message) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let pieces: string[] = [];
  let length = 0;

  const add = (piece: string): void => {
    length += piece.length;
    if (length <= LONGEST) pieces.push(piece);
  };
  const end = (): void => {
    const message = length <= LONGEST ? parseMessage(pieces.join('')) : undefined;
    pieces = [];
    length = 0;
    if (message !== undefined) hear(message);
  };
  return new Promise((resolve) => {
    line
      .on('data', (bytes: Buffer) => {
        for (const [i, piece] of decoder.write(bytes).split('\n').entries()) {
          if (i > 0) end();
          add(piece);
        }
      })
      .on('error', () => undefined) // a connection reset is an end as well
      .on('close', () => {
        end();
        resolve();
      });
  });
}
