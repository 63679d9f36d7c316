/** The engine on ONNX Runtime's processor provider: trace, simplify, lower, and run as one session. */
import type { CompileOptions, Engine } from '../engine.ts';
import { requirePrecision } from '../errors.ts';
import type { HostTensor, TensorSpec, Tree } from '../host-tensor.ts';
import { simplify } from '../graph/simplify.ts';
import { trace, type AnyStepFunction } from '../trace/trace.ts';
import { preventOutputCopies } from './in-place.ts';
import { lower } from './lower.ts';
import { findBlock, openSession } from './session.ts';
import { OnnxStep } from './step.ts';
import { ONNXRUNTIME_VERSION } from './version.ts';

export interface OnnxruntimeOptions {
  readonly threads: number;
  /** For tests and benchmarks: `false` uses standard operators only. */
  readonly blocked?: boolean;
}

export async function openOnnxruntime({ threads, blocked = true }: OnnxruntimeOptions): Promise<Engine> {
  const block = blocked ? await findBlock() : null;
  const steps = new Set<OnnxStep>();
  const compile = async (
    fn: AnyStepFunction,
    specs: { state: Tree<HostTensor>; inputs: Tree<TensorSpec> },
    options: CompileOptions = {},
  ): Promise<OnnxStep> => {
    requirePrecision('onnxruntime', options.precision ?? 'float32', ['float32']);
    const { program, forms } = trace(fn, specs);
    const { model, ...ports } = lower(simplify(program), block);
    preventOutputCopies(model);
    const session = await openSession(model.encode(), threads).catch((error: unknown) => {
      throw new Error(
        `Internal error: ONNX Runtime refuses the step${options.name === undefined ? '' : ` "${options.name}"`}: ${String(error)}`,
        { cause: error },
      );
    });
    const step = new OnnxStep(session, ports, forms, () => steps.delete(step));
    await step.writeState(specs.state);
    steps.add(step);
    return step;
  };
  const engine = {
    name: 'onnxruntime',
    description: { engine: 'onnxruntime', version: ONNXRUNTIME_VERSION, device: 'cpu', threads, block: block ?? 0 },
    compile,
    dispose: async () => {
      for (const step of steps) await step.dispose();
      steps.clear();
    },
  };
  return engine as unknown as Engine;
}
