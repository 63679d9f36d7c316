/** A published weights file: the local one, or the one at a URL with its SHA-256. Nothing takes its place. */
import { readFile } from 'node:fs/promises';
import { digestOf } from '../../util/digest.ts';
import { WeightsError } from './weights.ts';

interface PublishedWeights {
  /** The file that is looked for, as people know it. */
  readonly file: string;
  /** The place where the file is published. */
  readonly published: string;
  readonly url?: string;
  readonly sha256?: string;
}

/**
 * The bytes of the file at `path`, or of a download if that is null. Throws WeightsError that names the file, its
 * published place and the remedy.
 */
export async function loadPublishedWeights(
  wanted: PublishedWeights,
  path: string | null,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { file, published, sha256 } = wanted;
  const bytes = path === null ? await fetched(wanted, signal) : await readFile(path);
  const digest = digestOf(bytes);
  if (sha256 === undefined || digest === sha256) return bytes;
  throw new WeightsError(
    `${file} is another file than the pipeline names: its SHA-256 is ${digest}, wanted ${sha256}. Take it from ` +
      `${published}, or correct "sha256".`,
  );
}

async function fetched({ file, published, url, sha256 }: PublishedWeights, signal: AbortSignal): Promise<Uint8Array> {
  if (url === undefined || sha256 === undefined) {
    throw new WeightsError(
      `The weights are not here: ${file} is wanted and was not found. It is published at ${published}. Put it in ` +
        'place, or give the parameters "url" and "sha256" to have it fetched.',
    );
  }
  const response = await fetch(url, { signal });
  if (!response.ok)
    throw new WeightsError(
      `The weights could not be fetched: ${url} answered ${response.status} ${response.statusText}. ${file} can ` +
        `be put in place by hand; it is published at ${published}.`,
    );
  return new Uint8Array(await response.arrayBuffer());
}
