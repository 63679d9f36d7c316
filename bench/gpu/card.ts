/**
 * The program of the check on a GPU, for machines that have no checkout: `node card.mjs COMMAND OPTIONS`, with options
 * as JSON. Prints one line of JSON.
 *
 * - `check`: some training steps against the oracle.
 * - `step`: a training step, measured. It may save its state, end itself by SIGKILL, and go on from a saved state.
 */
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { checkEngine } from '../../src/tensor/check.ts';
import type { HostTensor, Precision, Tree } from '../../src/tensor/index.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/tensor/safetensors.ts';
import { leavesOf, mapTree } from '../../src/tensor/tree.ts';
import { CUDA_CLIENT_OPTIONS, cudaFlags, preloadCuda } from '../../src/tensor/xla/cuda.ts';
import { openXla, type XlaEngine } from '../../src/tensor/xla/engine.ts';
import { digestOf } from '../../src/util/digest.ts';
import { compileClassification, drawBatch, type StepSize } from '../classification-step.ts';

interface Device {
  /** The shared library, absolute. */
  readonly plugin: string;
  /** Of Python packages: NVIDIA's libraries for CUDA 13 lie below it. Undefined: the plugin is one for processors. */
  readonly packages?: string;
  /** The folder of compiled programs. Undefined: none are kept. */
  readonly programs?: string;
  /** See cudaFlags. */
  readonly isStrict?: boolean;
}

interface Measured extends StepSize {
  readonly precision: Precision;
  /** The state and the losses after these; the first steps are not timed. */
  readonly steps: number;
  readonly seconds?: number;
  /** A file with a state to go on from, and the number of steps that it has behind it. */
  readonly from?: { readonly file: string; readonly steps: number };
  /** Saves the state after a number of steps; with `kill`, this process then ends by SIGKILL. */
  readonly save?: { readonly file: string; readonly after: number; readonly kill: boolean };
}

const [command, text = '{}'] = process.argv.slice(2);
const options = JSON.parse(text) as Device & Measured;

const WARM_UP = 5;

const started = performance.now();
const engine = open(options);
const openSeconds = secondsSince(started);
const result = command === 'check' ? await checkEngine(engine) : await measure(options);
process.stdout.write(`${JSON.stringify({ command, ...engine.description, openSeconds, ...result })}\n`);
await engine.dispose();

function open({ plugin, packages, programs, isStrict = false }: Device): XlaEngine {
  const cache = programs === undefined ? {} : { cache: { folder: programs, identity: 'the check on a GPU' } };
  if (packages === undefined) return openXla({ plugin, ...cache });
  preloadCuda(packages, 'cuda13');
  return openXla({
    plugin,
    precisions: ['float32', 'tf32', 'bfloat16'],
    clientOptions: CUDA_CLIENT_OPTIONS,
    flags: cudaFlags(packages, 'cuda13', isStrict),
    ...cache,
  });
}

async function measure({ network, side, batch, precision, steps, from, save }: Measured) {
  const size = { network, side, batch };
  const inputs = drawBatch(size);
  const before = performance.now();
  const step = await compileClassification(engine, size, precision);
  const compileSeconds = secondsSince(before);
  if (from !== undefined) await step.writeState(restored(await step.readState(), from.file));

  const [losses, milliseconds]: [number[], number[]] = [[], []];
  for (let i = from?.steps ?? 0; i < steps; i++) {
    const begun = performance.now();
    const { loss } = await step.run(inputs);
    milliseconds.push(performance.now() - begun);
    losses.push(loss.data[0] ?? NaN);
    if (save?.after === i + 1) {
      await writeFile(save.file, encodeSafetensors(flat(await step.readState())));
      if (save.kill) process.kill(process.pid, 'SIGKILL');
    }
  }
  const timed = milliseconds.slice(WARM_UP).sort((a, b) => a - b);
  return {
    ...size,
    precision,
    steps,
    compileSeconds,
    imagesPerSecond: speedsOf(timed, batch),
    firstLosses: losses.slice(0, 4),
    lastLoss: losses.at(-1),
    state: stateDigest(await step.readState()),
    peakMiB: Math.round((engine.deviceMemory().peak ?? 0) / 2 ** 20),
    libraries: nvidiaLibraries(),
  };
}

/** The best and the median step. Empty where too few were run. */
function speedsOf(sorted: readonly number[], batch: number): { best?: number; median?: number } {
  const [best, median] = [sorted[0], sorted[sorted.length >> 1]];
  return best === undefined || median === undefined
    ? {}
    : { best: (1000 * batch) / best, median: (1000 * batch) / median };
}

function flat(state: Tree<HostTensor>): Record<string, HostTensor> {
  return Object.fromEntries(leavesOf(state).map(({ path, leaf }) => [path, leaf]));
}

/** The state of a file in the form of `like`. */
function restored<S extends Tree<HostTensor>>(like: S, file: string): S {
  const { tensors } = decodeSafetensors(readFileSync(file), file);
  return mapTree(like, (_, path) => {
    const found = tensors[path];
    if (found === undefined) throw new Error(`${file} lacks ${path}`);
    return found;
  }) as S;
}

/** Equal if and only if all values of the state are equal to the bit. */
function stateDigest(state: Tree<HostTensor>): string {
  return digestOf(encodeSafetensors(flat(state)));
}

/** The libraries of NVIDIA that this process has really opened. */
function nvidiaLibraries(): string[] {
  if (!existsSync('/proc/self/maps')) return [];
  const names = readFileSync('/proc/self/maps', 'utf8').match(/[^/\s]*lib(?:cu|nv|nccl)[^/\s]*\.so[^/\s]*/g) ?? [];
  return [...new Set(names)].sort();
}

function secondsSince(time: number): number {
  return (performance.now() - time) / 1000;
}
