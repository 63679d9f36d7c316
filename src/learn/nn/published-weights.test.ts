import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import { loadPublishedWeights } from './published-weights.ts';

const BYTES = Uint8Array.of(1, 2, 3);
const SHA256 = digestOf(BYTES);
const NAMED = { file: 'data/weights/resnet18.safetensors', published: 'https://example.org/weights' };

let folder: string;
let path: string;
let server: Server;
let address: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'obtain-'));
  path = join(folder, 'resnet18.safetensors');
  await writeFile(path, BYTES);
  server = createServer((request, response) => {
    response.writeHead(request.url === '/weights' ? 200 : 404).end(BYTES);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const obtain = async (wanted: Parameters<typeof loadPublishedWeights>[0], from: string | null) =>
  Uint8Array.from(await loadPublishedWeights(wanted, from, new AbortController().signal));

test('a local file is taken as it is', async () => {
  expect(await obtain(NAMED, path)).toEqual(BYTES);
});

test('where it is missing the message names it and where it is published', async () => {
  await expect(obtain(NAMED, null)).rejects.toThrow(
    'The weights are not here: data/weights/resnet18.safetensors is wanted and was not found. It is published at ' +
      'https://example.org/weights. Put it in place, or give the parameters "url" and "sha256" to have it fetched.',
  );
});

test('a URL is fetched where its SHA-256 is named, and only there', async () => {
  expect(await obtain({ ...NAMED, url: `${address}/weights`, sha256: SHA256 }, null)).toEqual(BYTES);
  await expect(obtain({ ...NAMED, url: `${address}/weights` }, null)).rejects.toThrow('The weights are not here');
});

test('other bytes than the pipeline names are refused, local or fetched', async () => {
  const other = 'a'.repeat(64);
  const message = `its SHA-256 is ${SHA256}, wanted ${other}`;
  await expect(obtain({ ...NAMED, sha256: other }, path)).rejects.toThrow(message);
  await expect(obtain({ ...NAMED, url: `${address}/weights`, sha256: other }, null)).rejects.toThrow(message);
});

test('a server that has no such file is quoted', async () => {
  await expect(obtain({ ...NAMED, url: `${address}/other`, sha256: SHA256 }, null)).rejects.toThrow(
    `${address}/other answered 404 Not Found.`,
  );
});
