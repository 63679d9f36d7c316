/**
 * tfjs-node as everybody uses it: operation by operation on TensorFlow, through the addon that was compiled for this
 * machine's engine.
 */
import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Tree } from '../src/tensor/host-tensor.ts';
import { startTensorflow } from '../src/tensor/tensorflow/binding.ts';
import { findTensorflow } from '../src/tensor/tensorflow/installation/place.ts';
import { fromTfjs, toTfjs } from '../src/tensor/tfjs.ts';
import type { AnyStepFunction } from '../src/tensor/trace/trace.ts';
import { leavesOf, mapTree } from '../src/tensor/tree.ts';
import { withBackend } from '../src/tensor/with-backend.ts';

/** The name under which tfjs-node's kernels register themselves. */
const BACKEND = 'tensorflow';
const PACKAGE = '@tensorflow/tfjs-node-gpu/dist';
/** Kernels of this project; its oracle composes them of tfjs's. */
const COMPOSED = ['BatchNormTraining', 'BatchNormTrainingGrad'];

export interface Eager {
  readonly description: { readonly version: string };
  compile(
    fn: AnyStepFunction,
    specs: { readonly state: Tree<HostTensor> },
  ): { run(inputs: Tree<HostTensor>): Tree<HostTensor> };
}

export function openTfjsNode(threads: number): Eager {
  const load = createRequire(import.meta.url);
  const { NodeJSKernelBackend } = load(`${PACKAGE}/nodejs_kernel_backend.js`) as {
    NodeJSKernelBackend: new (binding: unknown, name: string) => tf.KernelBackend;
  };
  load(`${PACKAGE}/register_all_kernels.js`);
  const binding = startTensorflow(findTensorflow()!.addon, threads);
  tf.registerBackend(BACKEND, () => new NodeJSKernelBackend(binding, 'tfjs-node'));
  for (const kernelName of COMPOSED)
    tf.registerKernel({ ...tf.getKernel(kernelName, 'cpu'), kernelName, backendName: BACKEND });
  for (const [kernelName, padded] of Object.entries(PADDED)) replaceKernel(kernelName, padded);
  return { description: { version: `tfjs-node ${tf.version_core}, TensorFlow ${binding.TF_Version}` }, compile };
}

/** State stays in tensors of TensorFlow; only the outputs are read. */
function compile(
  fn: AnyStepFunction,
  { state: initial }: { readonly state: Tree<HostTensor> },
): ReturnType<Eager['compile']> {
  let state = withBackend(BACKEND, () => mapTree(initial, (tensor) => tf.keep(toTfjs(tensor))));
  const run = (inputs: Tree<HostTensor>): Tree<HostTensor> =>
    withBackend(BACKEND, () => {
      const before = state;
      const made = fn({ state: before, inputs: mapTree(inputs, toTfjs) });
      state = mapTree(made.state, (tensor) => tf.keep(tensor.clone()));
      for (const { leaf } of leavesOf(before)) leaf.dispose();
      return mapTree(made.outputs, fromTfjs);
    });
  return { run };
}

/**
 * The convolutions of tfjs-node refuse padding in numbers. It becomes 'same' if that is equal; otherwise images are
 * padded first.
 */
type Call = (inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap) => tf.Tensor;
type Padded = (inputs: Record<string, tf.Tensor4D>, pad: number, attributes: tf.NamedAttrMap, call: Call) => tf.Tensor;

const PADDED: Readonly<Record<string, Padded>> = {
  Conv2D: ({ x, filter }, pad, attributes, call) => call({ x: around(x!, pad), filter: filter! }, attributes),
  Conv2DBackpropFilter: ({ x, dy }, pad, attributes, call) => call({ x: around(x!, pad), dy: dy! }, attributes),
  Conv2DBackpropInput: ({ dy, filter }, pad, attributes, call) => {
    const [images, height, width, channels] = attributes.inputShape as [number, number, number, number];
    const wide = call(
      { dy: dy!, filter: filter! },
      { ...attributes, inputShape: [images, height + 2 * pad, width + 2 * pad, channels] },
    );
    return tf.slice(wide, [0, pad, pad, 0], [images, height, width, channels]);
  },
};

const around = (x: tf.Tensor4D, pad: number): tf.Tensor4D =>
  tf.pad(x, [
    [0, 0],
    [pad, pad],
    [pad, pad],
    [0, 0],
  ]);

function replaceKernel(kernelName: string, padded: Padded): void {
  const { kernelFunc, ...rest } = tf.getKernel(kernelName, BACKEND);
  tf.unregisterKernel(kernelName, BACKEND);
  tf.registerKernel({
    ...rest,
    kernelFunc: (given) => {
      const { inputs, backend } = given;
      const attrs = given.attrs!;
      const call: Call = (changed, attributes) =>
        kernelFunc({ inputs: changed, attrs: attributes, backend }) as tf.Tensor;
      const { pad } = attrs;
      if (typeof pad !== 'number' || pad === 0) return call(inputs as tf.NamedTensorMap, attrs);
      if (isSame(pad, attrs, inputs as tf.NamedTensorMap))
        return call(inputs as tf.NamedTensorMap, { ...attrs, pad: 'same' });
      return tf.tidy(() => padded(inputs as Record<string, tf.Tensor4D>, pad, { ...attrs, pad: 'valid' }, call));
    },
  });
}

function isSame(pad: number, { strides, filterShape }: tf.NamedAttrMap, { filter }: tf.NamedTensorMap): boolean {
  const [height, width] = (filter?.shape ?? filterShape) as number[];
  return [strides].flat().every((stride) => stride === 1) && height === 2 * pad + 1 && width === height;
}
