import type * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { openEngine } from '../../tensor/index.ts';
import { float32, type HostTensor } from '../../tensor/host-tensor.ts';
import { random } from '../../util/random.ts';
import { resnetForward } from './forward.ts';
import { initializeResNet } from './initialize.ts';
import { resnetStructure, type ResNet, type ConvNorm } from './resnet.ts';
import type { Model, Variables } from './variables.ts';

const BASIC: ResNet = { name: 'tiny', stem: 'imagenet', block: 'basic', blocks: [1, 2], widths: [2, 3] };
const BOTTLENECK: ResNet = { name: 'tiny', stem: 'cifar', block: 'bottleneck', blocks: [1, 1], widths: [2, 3] };
const [BATCH, HEIGHT, WIDTH] = [2, 14, 10]; // not square, so that axes cannot be mistaken for each other

const engines = ['eager', 'onnxruntime'] as const;
const cases = engines.flatMap((engine) =>
  [BASIC, BOTTLENECK].flatMap((network) =>
    [true, false].map((training) => ({ engine, network, block: network.block, training })),
  ),
);

test.each(cases)(
  '$block blocks on $engine agree with plain loops (training: $training)',
  async ({ engine: name, network, training }) => {
    const model = scrambled(initializeResNet(network, ['forward']));
    const images = {
      dtype: 'float32' as const,
      shape: [BATCH, HEIGHT, WIDTH, 3],
      data: normal('images', BATCH * HEIGHT * WIDTH * 3),
    };

    const engine = await openEngine(name, { threads: 1 });
    const step = await engine.compile(
      ({
        state,
        inputs,
      }: {
        state: { params: Variables<tf.Tensor>; stats: Variables<tf.Tensor> };
        inputs: { images: tf.Tensor };
      }) => {
        const { features, stats } = resnetForward(network, state.params, state.stats, inputs.images as tf.Tensor4D, {
          training,
        });
        return { state: { params: state.params, stats }, outputs: { features } };
      },
      { state: { params: model.params, stats: model.stats }, inputs: { images: float32([...images.shape]) } },
    );
    const { features } = await step.run({ images });
    const { stats } = await step.readState();
    await engine.dispose();

    const expected = slowForward(network, model, images, training);
    expect(features.shape).toEqual([BATCH, resnetStructure(network).features]);
    expectClose(features.data, expected.features);
    expect(Object.keys(stats).sort()).toEqual(Object.keys(model.stats).sort());
    for (const [tensor, values] of Object.entries(expected.stats)) expectClose(stats[tensor]!.data, values);
  },
);

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found).toHaveLength(expected.length);
  Array.from(expected).forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 4);
  });
}

function normal(name: string, length: number): Float32Array {
  const source = random('forward', name);
  return Float32Array.from({ length }, () => source.normal());
}

/** Norms other than the identity, so that each of their tensors has an effect. */
function scrambled({ params, stats }: Model<HostTensor<'float32'>>): Model<HostTensor<'float32'>> {
  const stir = (record: Variables<HostTensor<'float32'>>) =>
    Object.fromEntries(
      Object.entries(record).map(([name, tensor]) => {
        if (tensor.shape.length > 1) return [name, tensor];
        const noise = normal(name, tensor.data.length);
        return [name, { ...tensor, data: tensor.data.map((value, i) => value + 0.3 * Math.abs(noise[i]!)) }];
      }),
    );
  return { params: stir(params), stats: stir(stats) };
}

// The oracle: double precision, one loop per axis.

interface Volume {
  readonly shape: readonly [number, number, number, number];
  readonly data: Float64Array;
}

function slowForward(network: ResNet, { params, stats }: Model<HostTensor>, images: HostTensor, training: boolean) {
  const moved: Record<string, Float64Array> = Object.fromEntries(
    Object.entries(stats).map(([name, { data }]) => [name, Float64Array.from(data)]),
  );
  const unit = ({ convolution, norm, kernel, stride }: ConvNorm, x: Volume): Volume => {
    const y = slowConvolution(x, params[`${convolution}.weight`]!, stride, (kernel - 1) / 2);
    const [scale, offset] = [params[`${norm}.weight`]!.data, params[`${norm}.bias`]!.data];
    const [mean, variance] = [moved[`${norm}.running_mean`]!, moved[`${norm}.running_var`]!];
    const channels = y.shape[3];
    const out = y.data.slice();
    for (let c = 0; c < channels; c++) {
      const values = Array.from(y.data).filter((_, i) => i % channels === c);
      let [m, v] = [mean[c]!, variance[c]!];
      if (training) {
        m = values.reduce((a, b) => a + b, 0) / values.length;
        const squares = values.reduce((sum, value) => sum + (value - m) ** 2, 0);
        v = squares / values.length;
        mean[c] = 0.9 * mean[c]! + 0.1 * m;
        variance[c] = 0.9 * variance[c]! + (0.1 * squares) / (values.length - 1);
      }
      for (let i = c; i < out.length; i += channels)
        out[i] = ((y.data[i]! - m) / Math.sqrt(v + 1e-5)) * scale[c]! + offset[c]!;
    }
    return { shape: y.shape, data: out };
  };
  const rectified = (x: Volume): Volume => ({ shape: x.shape, data: x.data.map((value) => Math.max(0, value)) });

  const { stem, pool, blocks } = resnetStructure(network);
  let x: Volume = { shape: images.shape as unknown as Volume['shape'], data: Float64Array.from(images.data) };
  x = rectified(unit(stem, x));
  if (pool) x = slowMaxPool(x);
  for (const { main, shortcut } of blocks) {
    const past = shortcut ? unit(shortcut, x) : x;
    let y = x;
    main.forEach((each, i) => {
      y = unit(each, i === 0 ? y : rectified(y));
    });
    x = rectified({ shape: y.shape, data: y.data.map((value, i) => value + past.data[i]!) });
  }
  const [batch, height, width, channels] = x.shape;
  const features = new Float64Array(batch * channels);
  x.data.forEach((value, i) => {
    features[Math.floor(i / (height * width * channels)) * channels + (i % channels)]! += value / (height * width);
  });
  return { features, stats: moved };
}

function slowConvolution(
  { shape: [batch, height, width, input], data }: Volume,
  filter: HostTensor,
  stride: number,
  padding: number,
): Volume {
  const [kernel, , , output] = filter.shape as [number, number, number, number];
  const side = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  const shape = [batch, side(height), side(width), output] as const;
  const out = new Float64Array(shape[0] * shape[1] * shape[2] * shape[3]);
  let at = 0;
  for (let n = 0; n < shape[0]; n++)
    for (let y = 0; y < shape[1]; y++)
      for (let x = 0; x < shape[2]; x++)
        for (let o = 0; o < output; o++, at++)
          for (let ky = 0; ky < kernel; ky++)
            for (let kx = 0; kx < kernel; kx++)
              for (let i = 0; i < input; i++) {
                const [row, column] = [y * stride + ky - padding, x * stride + kx - padding];
                if (row < 0 || column < 0 || row >= height || column >= width) continue;
                out[at]! +=
                  data[((n * height + row) * width + column) * input + i]! *
                  filter.data[((ky * kernel + kx) * input + i) * output + o]!;
              }
  return { shape, data: out };
}

/** torchvision's stem: 3x3, stride 2, padding 1; pixels outside never win. */
function slowMaxPool({ shape: [batch, height, width, channels], data }: Volume): Volume {
  const shape = [batch, Math.floor((height - 1) / 2) + 1, Math.floor((width - 1) / 2) + 1, channels] as const;
  const out = new Float64Array(shape[0] * shape[1] * shape[2] * channels).fill(-Infinity);
  let at = 0;
  for (let n = 0; n < shape[0]; n++)
    for (let y = 0; y < shape[1]; y++)
      for (let x = 0; x < shape[2]; x++)
        for (let c = 0; c < channels; c++, at++)
          for (let row = Math.max(0, 2 * y - 1); row <= Math.min(height - 1, 2 * y + 1); row++)
            for (let column = Math.max(0, 2 * x - 1); column <= Math.min(width - 1, 2 * x + 1); column++)
              out[at] = Math.max(out[at]!, data[((n * height + row) * width + column) * channels + c]!);
  return { shape, data: out };
}
