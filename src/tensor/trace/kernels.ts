/** Teaches the trace backend every kernel of the graph, some that become others, and refusals for the rest. */
import * as tf from '@tensorflow/tfjs-core';
import { TraceError } from '../errors.ts';
import { axisOf } from '../graph/attributes.ts';
import type { Attributes, Value } from '../graph/node.ts';
import { SIGNATURES, type KernelName } from '../graph/signatures.ts';
import type { DType } from '../host-tensor.ts';
import { TRACE, registerComposite, registerRecorder, registerRefusal, traceBackend } from './backend.ts';
import { COMPOSITES } from './composites/index.ts';
import { checkIndices } from './indices.ts';
import { callStack, callSiteOf } from './call-site.ts';

/** Made by the tracer and by passes, never by tfjs. */
const OWN = new Set<string>(['Input', 'State', 'Const', 'ReluGrad', 'BroadcastTo'] satisfies KernelName[]);

/** All shapes are known, so these are constants. */
export const CONSTANTS = ['Fill', 'ZerosLike', 'OnesLike', 'Range', 'LinSpace'] as const;

/** Once, after every other backend has registered its kernels. */
export function registerTraceKernels(): void {
  for (const [name, signature] of Object.entries(SIGNATURES)) {
    if (OWN.has(name)) continue;
    registerRecorder(name, (graph, inputs, attributes) => {
      if (attributes.dataFormat === 'NCHW')
        throw new TraceError(
          `A convolution has its channels first${callSiteOf(callStack())}. Images are [N, H, W, C] here: ` +
            'transpose them, and use "NHWC".',
        );
      const tensors =
        signature.inputs === 'list'
          ? Object.values(inputs)
          : signature.inputs.map((input) => given(name, inputs, input));
      if (name === 'GatherV2') checkGather(tensors, attributes);
      const outputs = graph.add(name, (tensors as tf.TensorInfo[]).map(valueOf), defined(attributes));
      return signature.outputs === 'one' ? onlyOf(outputs) : outputs;
    });
  }
  registerConstants();
  for (const [name, composite] of COMPOSITES) registerComposite(name, composite);
  const recorded = new Set(tf.getKernelsForBackend(TRACE).map(({ kernelName }) => kernelName));
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (!recorded.has(kernelName)) registerRefusal(kernelName);
  }
}

function given(kernel: string, inputs: tf.NamedTensorInfoMap, name: string): tf.TensorInfo {
  const tensor = inputs[name];
  if (tensor === undefined) throw new Error(`Internal error: tfjs gives "${kernel}" no input "${name}".`);
  return tensor;
}

function checkGather([x, indices]: readonly (tf.TensorInfo | undefined)[], { axis }: Attributes): void {
  if (x !== undefined && indices !== undefined) checkIndices(indices, x, axisOf(axis as number, x.shape));
}

const valueOf = (tensor: tf.TensorInfo): Value => traceBackend.value(tensor);

function onlyOf(outputs: readonly Value[]): Value {
  const [output] = outputs;
  if (output === undefined) throw new Error('Internal error: a kernel without an output.');
  return output;
}

const defined = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null));

function registerConstants(): void {
  registerRecorder('Fill', (graph, _, { shape, value, dtype }) =>
    graph.fill(Number(value), { shape: shape as number[], dtype: (dtype as DType | undefined) ?? 'float32' }),
  );
  registerRecorder('ZerosLike', (graph, inputs) => graph.fill(0, valueOf(given('ZerosLike', inputs, 'x'))));
  registerRecorder('OnesLike', (graph, inputs) => graph.fill(1, valueOf(given('OnesLike', inputs, 'x'))));
  registerRecorder('Range', (graph, _, attributes) => {
    const { start, stop, step, dtype } = attributes as { start: number; stop: number; step: number; dtype: DType };
    const length = Math.max(0, Math.ceil((stop - start) / step));
    return graph.constant(
      Array.from({ length }, (__, i) => start + i * step),
      { shape: [length], dtype },
    );
  });
  registerRecorder('LinSpace', (graph, _, attributes) => {
    const { start, stop, num } = attributes as { start: number; stop: number; num: number };
    const values = Array.from({ length: num }, (__, i) => start + (i * (stop - start)) / Math.max(1, num - 1));
    return graph.constant(values, { shape: [num], dtype: 'float32' });
  });
}
