/** The engine on XLA: trace, simplify, lower to StableHLO, and run through a PJRT plugin. */
import type { CompileOptions, Engine, Precision } from '../engine.ts';
import { chooseReduced, NO_REDUCED_NODES } from '../graph/precision.ts';
import { simplify } from '../graph/simplify.ts';
import { requirePrecision } from '../errors.ts';
import type { HostTensor, TensorSpec, Tree } from '../host-tensor.ts';
import { trace, type AnyStepFunction } from '../trace/trace.ts';
import { circumstancesOf, deviceMemoryOf, explainDeviceError, findShortage } from './explain.ts';
import { lowerToHlo } from './lower.ts';
import { PjrtClient, type DeviceMemory, type ProgramMemory } from './pjrt/client.ts';
import type { XlaFlags } from './pjrt/compile-options.ts';
import type { NamedOptions } from './pjrt/named-values.ts';
import { loadPlugin, type Handle } from './pjrt/plugin.ts';
import { ProgramCache } from './program-cache.ts';
import { XlaStep } from './step.ts';

export interface XlaOptions {
  /** The shared library, absolute. */
  readonly plugin: string;
  /** The precisions in which the device computes. The default: those of a processor, which has no TF32. */
  readonly precisions?: readonly Precision[];
  readonly clientOptions?: NamedOptions;
  /** For every program. */
  readonly flags?: XlaFlags;
  /**
   * The folder of compiled programs, and everything that they depend on beside their text. Undefined: none are kept.
   */
  readonly cache?: { readonly folder: string; readonly identity: string };
  /** Added to the description. */
  readonly provenance?: Readonly<Record<string, string | number>>;
}

export interface XlaEngine extends Engine {
  deviceMemory(): DeviceMemory;
}

/** Throws PjrtError where the plugin finds no device that it can use. */
export function openXla(options: XlaOptions): XlaEngine {
  const plugin = loadPlugin(options.plugin);
  const client = new PjrtClient(plugin, options.clientOptions ?? {});
  const cache = new ProgramCache(client, options.flags ?? {}, options.cache);
  const steps = new Set<XlaStep>();
  let isDisposed = false;

  async function compile(
    fn: AnyStepFunction,
    specs: { state: Tree<HostTensor>; inputs: Tree<TensorSpec> },
    { precision = 'float32' }: CompileOptions = {},
  ): Promise<XlaStep> {
    requirePrecision('xla', precision, options.precisions ?? ['float32', 'bfloat16']);
    const { program: traced, forms } = trace(fn, specs);
    const simplified = simplify(traced);
    const { inputs, state, outputs } = simplified;
    const text = textOf(simplified, precision);
    const explainWith = (memory?: ProgramMemory) => (error: unknown) =>
      explainDeviceError(error, () => circumstancesOf(client, inputs, memory));
    const executable = await cache.obtain(text).catch((error: unknown) => {
      throw explainWith()(error);
    });
    const memory = measureMemory(client, executable);
    const explain = explainWith(memory);
    const program = { inputs, state, outputs };
    const shortage = findShortage(circumstancesOf(client, inputs, memory));
    const onDisposed = (): unknown => steps.delete(step);
    const step = new XlaStep({ client, executable, program, forms, shortage, explain, onDisposed });
    steps.add(step);
    await step.writeState(specs.state).catch(async (error: unknown) => {
      await step.dispose();
      throw error;
    });
    return step;
  }

  const engine = {
    name: 'xla',
    description: {
      engine: 'xla',
      device: client.deviceKind,
      platform: client.platformVersion,
      pjrt: plugin.version,
      ...options.provenance,
    },
    compile,
    deviceMemory: () => deviceMemoryOf(client),
    dispose: async () => {
      if (isDisposed) return;
      isDisposed = true;
      for (const step of [...steps]) await step.dispose();
      client.dispose();
    },
  };
  return engine as unknown as XlaEngine;
}

/** The program is freed where its memory cannot be told. */
function measureMemory(client: PjrtClient, executable: Handle): ProgramMemory {
  try {
    return client.memoryOf(executable);
  } catch (error) {
    client.unload(executable);
    throw error;
  }
}

/** A program as StableHLO, in a precision. */
export const textOf = (program: Parameters<typeof lowerToHlo>[0], precision: Precision): string =>
  lowerToHlo(
    program,
    precision === 'bfloat16' ? chooseReduced(program) : NO_REDUCED_NODES,
    precision === 'tf32' ? 'tf32' : 'float32',
  );
