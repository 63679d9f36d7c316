/** Checks of software that the command loads only on demand: the bundler and the engines. */
import path from 'node:path';
import type { AddedEngine } from '../../tensor/installation/part.ts';
import { bad, doubtful, good, type Finding } from './finding.ts';
import { at } from '../../util/known.ts';

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
    const { env } = await import('#onnxruntime');
    return good('onnxruntime', `loads, version ${env.versions.node ?? env.versions.common}`);
  } catch (error) {
    return bad('onnxruntime', firstLine(error), REINSTALL);
  }
}

/** It is only looked at, not loaded: that takes a while and, on a machine without its libraries, aborts the process. */
export async function tensorFlow(): Promise<Finding> {
  const { findTensorflow } = await import('../../tensor/tensorflow/installation/place.ts');
  const found = findTensorflow();
  const fault = await faultOf('tensorflow', found && path.dirname(found.addon));
  if (fault !== undefined) return fault;
  return good(
    'tensorflow',
    found === undefined
      ? 'not added; it is optional, onnxruntime does the work (pipeline engine add tensorflow)'
      : `from ${found.from}; pipeline engine check tries it, and says which precision is faster here`,
  );
}

/** The same of XLA. A missing one is no finding: it is for GPUs, and another check tells about them. */
export async function xla(): Promise<Finding[]> {
  const { findXla } = await import('../../tensor/xla/installation/place.ts');
  const { XLA_PARTS } = await import('../../tensor/xla/installation/parts.ts');
  const found = findXla();
  const fault = await faultOf('xla', found?.folder);
  if (fault !== undefined) return [fault];
  if (found === undefined) return [];
  const { title, version } = XLA_PARTS[found.variant];
  return [good('xla', `${title} ${version}; pipeline engine check tries it`)];
}

/**
 * Damage of an added engine, or leftovers of an interrupted command. @param folder of the engine; undefined: not added
 */
async function faultOf(engine: AddedEngine, folder: string | undefined): Promise<Finding | undefined> {
  const { leftovers } = await import('../../tensor/installation/leftovers.ts');
  const { addAnew, findShortened } = await import('../../tensor/installation/intact.ts');
  const damage = folder === undefined ? undefined : findShortened(folder);
  if (damage !== undefined) return bad(engine, `damaged: ${damage}`, `${addAnew(engine)}.`);
  const [remains] = leftovers(engine);
  if (remains === undefined) return undefined;
  return doubtful(
    engine,
    `${folder === undefined ? 'not added: it' : 'adding it anew'} was interrupted, and ${remains} is left`,
    `Either of these clears it away: pipeline engine add ${engine}, pipeline engine remove ${engine}.`,
  );
}

const firstLine = (error: unknown): string =>
  at(String(error instanceof Error ? error.message : error).split('\n', 1), 0);
