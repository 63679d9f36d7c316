/** Teaches the trace backend every kernel of the graph, some that become others, and refusals for the rest. */
import * as tf from '@tensorflow/tfjs-core';
import { TraceError } from '../errors.ts';
import { axesOf } from '../graph/attributes.ts';
import { KERNELS } from '../graph/kernels.ts';
import type { Attributes, Value } from '../graph/node.ts';
import type { DType } from '../host-tensor.ts';
import { TRACE, registerComposite, registerRecorder, registerRefusal, traceBackend } from './backend.ts';
import { COMPOSITES } from './composites/index.ts';
import { checkPlaces } from './indices.ts';
import { callStack, placeOf } from './place.ts';

/** Made by the tracer and by passes, never by tfjs. */
const OWN = new Set(['Input', 'State', 'Const', 'ReluGrad', 'BroadcastTo']);

/** All shapes are known, so these are constants. */
export const CONSTANTS = ['Fill', 'ZerosLike', 'OnesLike', 'Range', 'LinSpace'] as const;

/** Once, after every other backend has registered its kernels. */
export function registerTraceKernels(): void {
  for (const [name, { inputs: names, many }] of KERNELS) {
    if (OWN.has(name)) continue;
    registerRecorder(name, (graph, inputs, attributes) => {
      if (attributes.dataFormat === 'NCHW')
        throw new TraceError(
          `A convolution has its channels first${placeOf(callStack())}. Images are [N, H, W, C] here: transpose them, and use "NHWC".`,
        );
      if (name === 'GatherV2') checkPlaces(inputs.indices!, inputs.x!, axesOf(attributes, inputs.x!.shape)[0]!);
      const tensors = names === null ? Object.values(inputs) : names.map((input) => inputs[input]!);
      const outputs = graph.add(name, (tensors as tf.TensorInfo[]).map(at), defined(attributes));
      return many === true ? outputs : outputs[0]!;
    });
  }
  registerConstants();
  for (const [name, composite] of COMPOSITES) registerComposite(name, composite);
  const recorded = new Set(tf.getKernelsForBackend(TRACE).map(({ kernelName }) => kernelName));
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (!recorded.has(kernelName)) registerRefusal(kernelName);
  }
}

const at = (tensor: tf.TensorInfo): Value => traceBackend.value(tensor);

const defined = (attributes: Attributes): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null));

function registerConstants(): void {
  registerRecorder('Fill', (graph, _, { shape, value, dtype }) =>
    graph.fill(Number(value), { shape: shape as number[], dtype: (dtype as DType | undefined) ?? 'float32' }),
  );
  registerRecorder('ZerosLike', (graph, { x }) => graph.fill(0, at(x!)));
  registerRecorder('OnesLike', (graph, { x }) => graph.fill(1, at(x!)));
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
