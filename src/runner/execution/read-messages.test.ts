import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import type { Message } from '../../stage/protocol.ts';
import { readMessages } from './read-messages.ts';

async function heard(...written: readonly (string | Buffer)[]): Promise<Message[]> {
  const line = new PassThrough();
  const messages: Message[] = [];
  const closed = readMessages(line, (message) => messages.push(message));
  for (const bytes of written) line.write(bytes);
  line.end();
  await closed;
  return messages;
}

const done = '{"type":"done"}\n';

test('messages are heard however they are cut, the last one also without an end of line', async () => {
  const bytes = Buffer.from('{"type":"warning","message":"größer"}\n{"type":"done"}');
  expect(await heard(...Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))).toEqual([
    { type: 'warning', message: 'größer' },
    { type: 'done' },
  ]);
});

test.each([
  'junk',
  '',
  'null',
  '[]',
  '5',
  '{}',
  '{"type":"shout"}',
  '{"type":"toString"}',
  '{"type":"metric"}',
  '{"type":"metric","name":5,"value":1}',
  '{"type":"record"}',
  '{"type":"record","notes":[]}',
  '{"type":"progress","done":"x"}',
  '{"type":"warning","message":{}}',
  '{"type":"usage","peakMemoryBytes":"1"}',
  '{"type":"failed"}',
])('%s is no message, and what follows is heard', async (junk) => {
  expect(await heard(`${junk}\n${done}`)).toEqual([{ type: 'done' }]);
});

test('bytes that are no text, and a line beyond every measure, are passed over', async () => {
  const part = Buffer.alloc(1024 * 1024, 'x');
  expect(
    await heard(
      Buffer.from([0xff, 0x0a]),
      '{"type":"warning","message":"',
      ...Array.from({ length: 17 }, () => part),
      '"}\n',
      done,
    ),
  ).toEqual([{ type: 'done' }]);
});
