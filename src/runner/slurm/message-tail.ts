/** Reads the messages of a start as they are written. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { Message } from '../../stage/protocol.ts';
import { parseMessage } from '../execution/parse-message.ts';
import { messagesOf } from './starts.ts';

const CHUNK = 64 * 1024;

export class MessageTail {
  readonly #hear: (message: Message) => void;
  #file: string | undefined;
  #offset = 0;
  #rest = Buffer.alloc(0);

  constructor(hear: (message: Message) => void) {
    this.#hear = hear;
  }

  /** From the beginning of the start. */
  open(start: string): void {
    this.#file = messagesOf(start);
    this.#offset = 0;
    this.#rest = Buffer.alloc(0);
  }

  read(): void {
    if (this.#file === undefined) return;
    let descriptor: number;
    try {
      descriptor = openSync(this.#file, 'r');
    } catch {
      return; // nothing was said yet
    }
    try {
      const bytes = Buffer.alloc(CHUNK);
      for (let length; (length = readSync(descriptor, bytes, 0, CHUNK, this.#offset)) > 0; this.#offset += length)
        this.#take(bytes.subarray(0, length));
    } finally {
      closeSync(descriptor);
    }
  }

  /** A line may be written in the middle of a look. */
  #take(bytes: Buffer): void {
    const whole = Buffer.concat([this.#rest, bytes]);
    const end = whole.lastIndexOf(0x0a) + 1;
    this.#rest = whole.subarray(end);
    for (const line of whole.toString('utf8', 0, end).split('\n')) {
      const message = parseMessage(line);
      if (message !== undefined) this.#hear(message);
    }
  }
}
