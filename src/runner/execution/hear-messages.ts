/** What a module stage says on its line, one JSON message each. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Message } from '../../stage/protocol.ts';

/** Resolves when the line is closed. What is not a message - native code may write to any descriptor - is passed over. */
export function hearMessages(line: Readable, hear: (message: Message) => void): Promise<void> {
  return new Promise((resolve) => {
    createInterface({ input: line })
      .on('line', (text) => {
        const message = messageOf(text);
        if (message !== undefined) hear(message);
      })
      .on('close', resolve);
    line.on('error', () => undefined); // a connection reset is an end as well
  });
}

const TYPES: ReadonlySet<unknown> = new Set<Message['type']>(['progress', 'metric', 'warning', 'record', 'usage', 'done', 'failed']);

function messageOf(text: string): Message | undefined {
  try {
    const value = JSON.parse(text) as Partial<Message> | null;
    return TYPES.has(value?.type) ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
