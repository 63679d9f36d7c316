/** Checks of what the command loads only when a stage needs it: the bundler and the engines. */
import { bad, good, type Finding } from './finding.ts';

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

/** It is only looked for, not loaded: that takes a while and, on a machine without its libraries, aborts the process. */
export async function tensorFlow(): Promise<Finding> {
  const { findTensorflow } = await import('../../tensor/tensorflow/installation/place.ts');
  const found = findTensorflow();
  return good('tensorflow', found === undefined ? 'not added; it is optional, onnxruntime does the work (pipeline engine add tensorflow)' : `from ${found.from}; pipeline engine check tries it`);
}

const firstLine = (error: unknown): string => String(error instanceof Error ? error.message : error).split('\n', 1)[0]!;
