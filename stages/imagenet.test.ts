import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { initialise } from '../src/learn/nn/initialise.ts';
import { resnet } from '../src/learn/nn/resnet.ts';
import { writeWeights } from '../src/learn/nn/weights.ts';
import type { Stage } from '../src/stage/index.ts';
import { digestOf } from '../src/util/digest.ts';
import type { JsonObject } from '../src/util/json.ts';
import imagenet from './imagenet.ts';

let folder: string;
let file: string;
let sha256: string;
let server: Server;
let address: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imagenet-'));
  file = join(folder, 'source.safetensors');
  await writeWeights(file, initialise(resnet('resnet-small'), ['test', 0]), { architecture: 'resnet-small' });
  const bytes = await readFile(file);
  sha256 = digestOf(bytes);
  server = createServer((request, response) => { response.writeHead(request.url === '/weights' ? 200 : 404).end(request.url === '/weights' ? bytes : ''); });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const NAMED = { network: 'resnet-small', file: 'data/weights/resnet.safetensors', published: 'https://example.org/weights' };
const output = () => join(folder, 'weights.safetensors');

function stage(input: string | null, params: JsonObject) {
  const recorded: JsonObject[] = [];
  const given = {
    id: 'imagenet',
    params,
    inputs: { file: input },
    input: () => input!,
    output,
    signal: new AbortController().signal,
    record: (notes: JsonObject) => recorded.push(notes),
  };
  return { stage: given as unknown as Stage, recorded };
}

test('a local file is taken as it is, and recorded', async () => {
  const { stage: given, recorded } = stage(file, NAMED);
  await imagenet(given);
  expect(await readFile(output())).toEqual(await readFile(file));
  expect(recorded).toEqual([{ architecture: 'resnet-small', network: 'resnet-small', tensorsMatched: 45, tensorsMissing: 0, sha256 }]);
});

test('where the file is missing the message names it and where it is published', async () => {
  await expect(imagenet(stage(null, NAMED).stage)).rejects.toThrow(
    'ImageNet weights are not here: data/weights/resnet.safetensors is wanted and was not found. It is published at https://example.org/weights. Put it in place, or give the parameters "url" and "sha256" to have it fetched.',
  );
});

test('a URL with the right SHA-256 is fetched', async () => {
  await rm(output(), { force: true });
  await imagenet(stage(null, { ...NAMED, url: `${address}/weights`, sha256 }).stage);
  expect(digestOf(await readFile(output()))).toBe(sha256);
});

test('other bytes than the pipeline names are refused', async () => {
  await expect(imagenet(stage(file, { ...NAMED, sha256: 'a'.repeat(64) }).stage)).rejects.toThrow(`its SHA-256 is ${sha256}, wanted ${'a'.repeat(64)}`);
});

test('a server that has no such file is quoted', async () => {
  await expect(imagenet(stage(null, { ...NAMED, url: `${address}/other`, sha256 }).stage)).rejects.toThrow(`${address}/other answered 404 Not Found.`);
});

test('a file that is no weights file is refused', async () => {
  const path = join(folder, 'page.html');
  await writeFile(path, '<html>not found</html>');
  await expect(imagenet(stage(path, NAMED).stage)).rejects.toThrow();
});
