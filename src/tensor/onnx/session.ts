/** Opens sessions of ONNX Runtime, and detects this processor's blocked operators. */
import * as ort from '#onnxruntime';
import { Model } from './model.ts';

export async function openSession(model: Uint8Array, threads: number): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // Higher levels look for constant weights, of which a training step has none.
    graphOptimizationLevel: 'basic',
    // Reserving the peak of every pattern costs more memory than it saves time.
    enableMemPattern: false,
    logSeverityLevel: 3,
    // Threads that wait by spinning halve the speed of a busy machine and gain nothing on a quiet one.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

/**
 * The number of channels in a block on this processor: 16 with AVX-512, 8 with AVX2; null if there are no such
 * operators. They are internal to ONNX Runtime, so a small convolution is tried and compared first.
 */
export async function findBlock(): Promise<number | null> {
  try {
    const block = await orderOfReorder();
    return block > 1 && (await convolves(block)) ? block : null;
  } catch {
    return null;
  }
}

const CHANNELS = 64;

/** Reorders channels 0, 1, 2, ... of two pixels each: as long as they count up they are one block. */
async function orderOfReorder(): Promise<number> {
  const model = new Model();
  const x = model.input('x', 'float32', [1, CHANNELS, 1, 2]);
  const y = model.op('ReorderInput', [x], {}, 'com.microsoft.nchwc');
  model.output(y, 'float32', [1, CHANNELS, 1, 2]);
  const values = await evaluate(model, {
    x: new ort.Tensor(
      'float32',
      Float32Array.from({ length: 2 * CHANNELS }, (_, i) => i >> 1),
      [1, CHANNELS, 1, 2],
    ),
  });
  let block = 1;
  while (block < CHANNELS && values[block] === block) block++;
  return block;
}

/** One pixel of ones through a filter of twos, with a sum and a ReLU: 2 b + 1 in every channel, or 0. */
async function convolves(block: number): Promise<boolean> {
  const shape = [1, block, 1, 1];
  const model = new Model();
  const [x, filter, bias, sum] = [
    model.input('x', 'float32', shape),
    model.input('filter', 'float32', [block, block, 1, 1]),
    model.input('bias', 'float32', [block]),
    model.input('sum', 'float32', shape),
  ];
  model.output(
    model.op('Conv', [x, filter, bias, sum], { kernel_shape: [1, 1], activation: 'Relu' }, 'com.microsoft.nchwc'),
    'float32',
    shape,
  );
  const filled = (value: number, ...sides: number[]): ort.Tensor =>
    new ort.Tensor('float32', new Float32Array(sides.reduce((a, b) => a * b, 1)).fill(value), sides);
  const alternating = Float32Array.from({ length: block }, (_, i) => (i % 2 === 0 ? 1 : -1e6));
  const values = await evaluate(model, {
    x: filled(1, ...shape),
    filter: filled(2, block, block, 1, 1),
    bias: new ort.Tensor('float32', alternating, [block]),
    sum: filled(0.5, ...shape),
  });
  return values.every((value, i) => value === (i % 2 === 0 ? 2 * block + 1.5 : 0));
}

async function evaluate(model: Model, feeds: Record<string, ort.Tensor>): Promise<Float32Array> {
  const session = await openSession(model.encode(), 1);
  try {
    const [result] = Object.values(await session.run(feeds));
    return result!.data as Float32Array;
  } finally {
    await session.release();
  }
}
