/** The engine on TensorFlow: trace, simplify, lower, and run through the binding of tfjs-node. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CompileOptions, Engine } from '../engine.ts';
import { requirePrecision } from '../errors.ts';
import { simplify } from '../graph/simplify.ts';
import type { HostTensor, TensorSpec, Tree } from '../host-tensor.ts';
import { trace, type AnyStepFunction } from '../trace/trace.ts';
import { startTensorflow, type Binding, type SessionId } from './binding.ts';
import { SERVE, type GraphDef } from './graph-def.ts';
import { lower } from './lower.ts';
import { chooseReduced, NO_REDUCED_NODES } from '../graph/precision.ts';
import { TensorflowStep } from './step.ts';

export interface TensorflowOptions {
  /** The compiled addon of tfjs-node, absolute. */
  readonly addon: string;
  readonly threads: number;
}

export function openTensorflow({ addon, threads }: TensorflowOptions): Engine {
  const binding = startTensorflow(addon, threads);
  const steps = new Set<TensorflowStep>();
  const compile = async (
    fn: AnyStepFunction,
    specs: { state: Tree<HostTensor>; inputs: Tree<TensorSpec> },
    { precision = 'float32' }: CompileOptions = {},
  ): Promise<TensorflowStep> => {
    requirePrecision('tensorflow', precision, ['float32', 'bfloat16']);
    const { program: traced, forms } = trace(fn, specs);
    const program = simplify(traced);
    const { graph, ...ports } = lower(program, precision === 'bfloat16' ? chooseReduced(program) : NO_REDUCED_NODES);
    const step = new TensorflowStep(binding, load(binding, graph), ports, forms, () => steps.delete(step));
    await step.writeState(specs.state);
    steps.add(step);
    return step;
  };
  const engine = {
    name: 'tensorflow',
    description: {
      engine: 'tensorflow',
      version: binding.TF_Version,
      device: binding.isUsingGpuDevice() ? 'gpu' : 'cpu',
      threads,
    },
    compile,
    dispose: async () => {
      for (const step of steps) await step.dispose();
      steps.clear();
    },
  };
  return engine as unknown as Engine;
}

/** The binding reads graphs from folders only. */
function load(binding: Binding, graph: GraphDef): SessionId {
  const folder = mkdtempSync(path.join(tmpdir(), 'tensorflow-graph-'));
  try {
    writeFileSync(path.join(folder, 'saved_model.pb'), graph.encodeSavedModel());
    return binding.loadSavedModel(folder, SERVE);
  } catch (error) {
    throw new Error(`Internal error: TensorFlow refuses the step: ${String(error)}`, { cause: error });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
