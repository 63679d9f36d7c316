/**
 * The engines that tests are run on. The variable PRETEXT_TEST_ENGINES lists the engines that must be there, for
 * example `onnxruntime,tensorflow,xla`; a test file fails where one of them is missing. Without the variable, tests run
 * on the engines that were added to this machine, and every installation has onnxruntime.
 */
import type { Engine } from './engine.ts';
import { openEngine } from './index.ts';
import { findTensorflow } from './tensorflow/installation/place.ts';
import { openXla } from './xla/engine.ts';
import { findXla, type FoundXla } from './xla/installation/place.ts';

export type TestedEngine = 'xla' | 'tensorflow' | 'onnxruntime';

/** `xla-cuda`: the compiler of XLA for GPUs, which needs no GPU. */
const ADD: Readonly<Record<TestedEngine | 'xla-cuda', string>> = {
  'xla-cuda': 'pipeline engine add xla --cuda 13',
  xla: 'pipeline engine add xla --cpu',
  tensorflow: 'pipeline engine add tensorflow',
  onnxruntime: 'npm ci',
};

const expected = process.env.PRETEXT_TEST_ENGINES?.split(',').map((name) => name.trim());

/**
 * Which of these engines tests run on. Throws if one of them is expected and missing, or if the variable names no
 * engine.
 */
export function testedEngines<N extends TestedEngine>(...names: readonly N[]): N[] {
  return names.filter((name) => isTested(name, isThere(name)));
}

/** The compiler of XLA for GPUs; undefined: it is neither there nor expected. Throws as `testedEngines` does. */
export function testedGpuCompiler(): FoundXla | undefined {
  const found = findXla(['cuda13', 'cuda12']);
  return isTested('xla-cuda', found !== undefined) ? found : undefined;
}

function isTested(name: keyof typeof ADD, isThere: boolean): boolean {
  const unknown = expected?.filter((one) => !Object.hasOwn(ADD, one)) ?? [];
  if (unknown.length > 0)
    throw new Error(`PRETEXT_TEST_ENGINES: expected ${Object.keys(ADD).join(', ')}, got ${unknown.join(', ')}`);
  if (expected === undefined) return isThere;
  if (!expected.includes(name)) return false;
  if (!isThere) throw new Error(`PRETEXT_TEST_ENGINES expects the engine "${name}". Add it: ${ADD[name]}`);
  return true;
}

function isThere(name: TestedEngine): boolean {
  if (name === 'xla') return findXla(['cpu']) !== undefined;
  return name === 'onnxruntime' || findTensorflow() !== undefined;
}

/** Opens an engine for a test: XLA on the processor, whatever other XLA was added. */
export function openTestEngine(name: TestedEngine | 'eager', threads = 1): Promise<Engine> {
  if (name !== 'xla') return openEngine(name, { threads });
  const found = findXla(['cpu']);
  if (found === undefined) throw new Error(`There is no engine "xla" on this machine. Add it: ${ADD.xla}`);
  return Promise.resolve(openXla({ plugin: found.plugin }));
}
