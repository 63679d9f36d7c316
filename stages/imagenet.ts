/**
 * ImageNet weights: a local file, or one fetched by URL and SHA-256. Where there is neither the stage says which file is
 * wanted and where it is published; nothing takes its place.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Type, type Static } from '@sinclair/typebox';
import { readBackbone } from '../src/learn/nn/weights.ts';
import { NetworkParameters, networkOf } from '../src/learn/train/parameters.ts';
import { parameters, type Stage } from '../src/stage/index.ts';
import { digestOf } from '../src/util/digest.ts';

const Parameters = Type.Composite([
  NetworkParameters,
  Type.Object({
    /** The file that is looked for, as people know it. */
    file: Type.String(),
    /** Where people find it. */
    published: Type.String(),
    url: Type.Optional(Type.String()),
    sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  }),
]);

export default async function imagenet(stage: Stage): Promise<void> {
  const wanted = parameters(Parameters, stage);
  const bytes = stage.inputs.file === null ? await fetched(wanted, stage.signal) : await readFile(stage.input('file'));
  if (wanted.sha256 !== undefined && digestOf(bytes) !== wanted.sha256) {
    throw new Error(`${wanted.file} is another file than the pipeline names: its SHA-256 is ${digestOf(bytes)}, wanted ${wanted.sha256}. Take it from ${wanted.published}, or correct "sha256".`);
  }
  const output = stage.output('weights');
  await writeFile(output, bytes);
  const network = networkOf(wanted);
  const { match } = await readBackbone(output, network);
  stage.record({ ...match.metadata, network: network.name, tensorsMatched: match.matched.length, tensorsMissing: match.missing.length, sha256: digestOf(bytes) });
}

async function fetched({ file, published, url, sha256 }: Static<typeof Parameters>, signal: AbortSignal): Promise<Uint8Array> {
  if (url === undefined || sha256 === undefined) {
    throw new Error(`ImageNet weights are not here: ${file} is wanted and was not found. It is published at ${published}. Put it in place, or give the parameters "url" and "sha256" to have it fetched.`);
  }
  const response = await fetch(url, { signal });
  if (!response.ok) throw new Error(`ImageNet weights could not be fetched: ${url} answered ${response.status} ${response.statusText}. ${file} can be put in place by hand; it is published at ${published}.`);
  return new Uint8Array(await response.arrayBuffer());
}
