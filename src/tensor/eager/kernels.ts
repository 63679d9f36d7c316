/**
 * Replacements of wrong kernels of tfjs, because the oracle must be right. They are registered when this file is
 * loaded.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { stridedSliceOf, type StridedSliceAttributes } from '../graph/attributes.ts';

/**
 * tfjs counts batches through and starts again at the end of the shorter list, which is not broadcasting: [2, 1] with
 * [2, 3].
 */
function broadcastBatches(): void {
  const { kernelFunc } = tf.getKernel('BatchMatMul', 'cpu');
  tf.unregisterKernel('BatchMatMul', 'cpu');
  tf.registerKernel({
    kernelName: 'BatchMatMul',
    backendName: 'cpu',
    kernelFunc: ({ inputs, backend, ...rest }) => {
      const { a, b } = inputs as Record<'a' | 'b', tf.Tensor>;
      const batches = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
      const full = (x: tf.Tensor): tf.Tensor => tf.broadcastTo(x, [...batches, ...x.shape.slice(-2)]);
      return tf.tidy(() =>
        tf
          .engine()
          .makeTensorFromTensorInfo(
            kernelFunc({ inputs: { a: full(a), b: full(b) }, backend, ...rest }) as tf.TensorInfo,
          ),
      );
    },
  });
}

/** tfjs forgets the last sum if both operands have labels of their own to sum over: ij,ik->i. */
function sumAllOfEinsum(): void {
  tf.unregisterKernel('Einsum', 'cpu');
  tf.registerKernel({
    kernelName: 'Einsum',
    backendName: 'cpu',
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => einsum(Object.values(inputs) as tf.Tensor[], attrs!.equation as string)),
  });
}

/** The product of all operands over all labels, summed over the labels that the result lacks. */
function einsum(operands: readonly tf.Tensor[], equation: string): tf.Tensor {
  const [left, result] = equation.replace(/\s/g, '').split('->') as [string, string];
  const labels = [...new Set(Array.from(result + left.replaceAll(',', '')))];
  const aligned = left.split(',').map((term, i) => {
    const order = labels.filter((label) => term.includes(label)).map((label) => term.indexOf(label));
    const { shape } = operands[i]!;
    return tf.reshape(
      tf.transpose(operands[i]!, order),
      labels.map((label) => (term.includes(label) ? shape[term.indexOf(label)]! : 1)),
    );
  });
  const summed = labels.map((_, axis) => axis).slice(result.length);
  const product = aligned.reduce((a, b) => tf.mul(a, b));
  return summed.length === 0 ? product : tf.sum(product, summed);
}

/** tfjs confuses axes if one is dropped and others have strides. Here all axes are sliced first. */
function sliceAllAxes(): void {
  const { kernelFunc } = tf.getKernel('StridedSlice', 'cpu');
  tf.unregisterKernel('StridedSlice', 'cpu');
  tf.registerKernel({
    kernelName: 'StridedSlice',
    backendName: 'cpu',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { begin, end, strides, finalShape } = stridedSliceOf(
        inputs.x!.shape,
        attrs as unknown as StridedSliceAttributes,
      );
      // Backwards past the first element: there is no number for that end.
      const endMask = end.reduce((mask, at, axis) => (strides[axis]! < 0 && at < 0 ? mask | (1 << axis) : mask), 0);
      const plain = { begin, end, strides, beginMask: 0, endMask, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };
      return tf.tidy(() =>
        tf.reshape(
          tf.engine().makeTensorFromTensorInfo(kernelFunc({ inputs, backend, attrs: plain }) as tf.TensorInfo),
          finalShape,
        ),
      );
    },
  });
}

broadcastBatches();
sliceAllAxes();
sumAllOfEinsum();
