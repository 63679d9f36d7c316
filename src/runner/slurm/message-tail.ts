/** Reads the messages of a start as they are written. */
import type { Message } from '../../stage/protocol.ts';
import { LineTail } from '../../util/line-tail.ts';
import { parseMessage } from '../execution/parse-message.ts';
import { messagesOf } from './starts.ts';

export class MessageTail {
  readonly #hear: (message: Message) => void;
  #tail: LineTail | undefined;

  constructor(hear: (message: Message) => void) {
    this.#hear = hear;
  }

  /** From the beginning of the start. */
  open(start: string): void {
    this.#tail = new LineTail(messagesOf(start));
  }

  read(): void {
    for (const line of this.#tail?.read() ?? []) {
      const message = parseMessage(line);
      if (message !== undefined) this.#hear(message);
    }
  }
}
