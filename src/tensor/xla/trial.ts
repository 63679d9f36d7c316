/**
 * Tries an XLA in a folder: compiles a training step, for a GPU that need not be there. To be called in a process of
 * its own.
 */
import path from 'node:path';
import { CHECK_STEP, checkEngine } from '../check.ts';
import { simplify } from '../graph/simplify.ts';
import { trace, type AnyStepFunction } from '../trace/trace.ts';
import { describeCard } from './cards.ts';
import { cudaFlags, missingCudaFiles, preloadCuda } from './cuda.ts';
import { openXla, textOf } from './engine.ts';
import { countCalls } from './hlo/count-calls.ts';
import { XLA_PARTS, type XlaVariant } from './installation/parts.ts';
import { loadPlugin } from './pjrt/plugin.ts';
import { compileAhead } from './pjrt/topology.ts';

/** Returns why it does not work; undefined: it does. */
export async function tryXla(folder: string, variant: XlaVariant): Promise<string | undefined> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  try {
    return await attempt(folder, variant);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function attempt(folder: string, variant: XlaVariant): Promise<string | undefined> {
  const plugin = path.join(folder, XLA_PARTS[variant].plugin);
  if (variant !== 'cpu') return compileForGpu(plugin, folder, variant);
  const engine = openXla({ plugin });
  const { agrees, difference } = await checkEngine(engine);
  await engine.dispose();
  return agrees ? undefined : `after some training steps, weights differ from the oracle's by ${difference}`;
}

async function compileForGpu(
  file: string,
  folder: string,
  variant: Exclude<XlaVariant, 'cpu'>,
): Promise<string | undefined> {
  const missing = missingCudaFiles(folder, variant);
  if (missing.length > 0) return `missing: ${missing.join(', ')}`;
  preloadCuda(folder, variant);
  const { program } = trace(CHECK_STEP.fn as AnyStepFunction, CHECK_STEP.specs);
  const text = textOf(simplify(program), 'bfloat16');
  const card = describeCard('sm_90', variant === 'cuda12' ? 12 : 13);
  const optimized = await compileAhead(loadPlugin(file), card, text, cudaFlags(folder, variant, false));
  const found = countCalls(optimized).cudnn;
  return found === CHECK_STEP.convolutions
    ? undefined
    : `${found} convolutions of a training step became calls of cuDNN, and ${CHECK_STEP.convolutions} are expected`;
}
