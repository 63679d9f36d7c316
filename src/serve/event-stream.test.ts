import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { EventStream } from './event-stream.ts';
import { VersionedParts } from './versioned-parts.ts';

test('a reader that does not take what it is told is told less often, and the newest in the end', async () => {
  const parts = new VersionedParts();
  const stream = new EventStream(parts, Date.now);
  const server = http.createServer((_, response) => {
    stream.add(response, undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const request = http.get({ host: '127.0.0.1', port });
  onTestFinished(() => {
    request.destroy();
    server.close();
  });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const long = 'x'.repeat(1_000_000);
  for (let turn = 1; turn <= 50; turn++) {
    parts.set('news/1', { at: turn, tone: 'plain', text: long });
    stream.push();
    await sleep(2);
  }
  let heard = '';
  response.setEncoding('utf8').on('data', (text: string) => (heard += text));
  await expect
    .poll(() => {
      stream.push();
      return heard.includes('"at":50,');
    })
    .toBe(true);
  expect(heard.split('event: change').length).toBeLessThan(40);
});
