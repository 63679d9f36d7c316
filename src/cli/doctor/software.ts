/** Checks of software that the command loads only on demand: the bundler and the engines. */
import path from 'node:path';
import { bad, doubtful, good, type Finding } from './finding.ts';

const REINSTALL = 'Install the dependencies again: npm ci.';

export async function esbuild(): Promise<Finding> {
  try {
    const bundler = await import('esbuild');
    await bundler.transform('const works: boolean = true', { loader: 'ts' });
    return good('esbuild', bundler.version);
  } catch (error) {
    return bad('esbuild', firstLine(error), REINSTALL);
  }
}

export async function onnxRuntime(): Promise<Finding> {
  try {
    const { env } = await import('onnxruntime-node');
    return good('onnxruntime-node', `loads, version ${env.versions.node ?? env.versions.common}`);
  } catch (error) {
    return bad('onnxruntime-node', firstLine(error), REINSTALL);
  }
}

/** It is only looked at, not loaded: that takes a while and, on a machine without its libraries, aborts the process. */
export async function tensorFlow(): Promise<Finding> {
  const { findTensorflow } = await import('../../tensor/tensorflow/installation/place.ts');
  const { leftovers } = await import('../../tensor/installation/leftovers.ts');
  const { addAnew, findShortened } = await import('../../tensor/installation/intact.ts');
  const found = findTensorflow();
  const [remains] = leftovers();
  if (found !== undefined) {
    const damage = findShortened(path.dirname(found.addon));
    if (damage !== undefined) return bad('tensorflow', `damaged: ${damage}`, `${addAnew('tensorflow')}.`);
  }
  if (remains !== undefined)
    return doubtful(
      'tensorflow',
      `${found === undefined ? 'not added: it' : 'adding it anew'} was interrupted, and ${remains} is left`,
      'Either of these clears it away: pipeline engine add tensorflow, pipeline engine remove tensorflow.',
    );
  return good(
    'tensorflow',
    found === undefined
      ? 'not added; it is optional, onnxruntime does the work (pipeline engine add tensorflow)'
      : `from ${found.from}; pipeline engine check tries it`,
  );
}

/** The same of XLA. Where it is missing, nothing is said: it is for GPUs, of which another check tells. */
export async function xla(): Promise<Finding[]> {
  const { findXla } = await import('../../tensor/xla/installation/place.ts');
  const { XLA_PARTS } = await import('../../tensor/xla/installation/parts.ts');
  const { addAnew, findShortened } = await import('../../tensor/installation/intact.ts');
  const found = findXla();
  if (found === undefined) return [];
  const damage = findShortened(found.folder);
  const { title, version } = XLA_PARTS[found.variant];
  return [
    damage === undefined
      ? good('xla', `${title} ${version}; pipeline engine check tries it`)
      : bad('xla', `damaged: ${damage}`, `${addAnew('xla')}.`),
  ];
}

const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n', 1)[0]!;
