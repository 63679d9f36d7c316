/** The middle square of an image, made smaller by Lanczos' filter. */
import type { Pixels } from './pixels.ts';
import { CODE } from './weighted-sums.generated.ts';

/** See weighted-sums.as, also for the room that must be left after the source. */
interface WeightedSums {
  readonly memory: WebAssembly.Memory;
  lower(
    from: number,
    stride: number,
    bytes: number,
    firsts: number,
    weights: number,
    taps: number,
    rows: number,
    to: number,
    toStride: number,
  ): void;
  narrow(
    from: number,
    stride: number,
    rows: number,
    firsts: number,
    weights: number,
    taps: number,
    columns: number,
    to: number,
  ): void;
}
const sums = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(CODE, 'base64')))
  .exports as unknown as WeightedSums;
const REGISTER = 16;
const PAGE = 65_536;

/** Weights have this many binary digits after the point: whole numbers give the same bytes on every machine. */
const DIGITS = 14;
/** Lanczos' filter reaches this many zeros of the sine to each side. */
const LOBES = 3;

/**
 * RGB bytes `[size, size, 3]`: the shorter side becomes `size`, of the longer one the middle is kept. The rows come
 * first, and their result is rounded to bytes, as in libvips. At sharp edges that overshoot, the order matters. The
 * shorter side must be `size` at least.
 */
export function smallerSquare(pixels: Pixels, size: number): Uint8Array {
  const { width, height } = pixels;
  const { rows, columns, from, low, to, stride } = placesOf(width, height, size);
  const bytes = new Uint8Array(sums.memory.buffer);
  bytes.set(pixels.channels === 1 ? inColor(pixels.data) : pixels.data, from);
  sums.lower(
    from + 3 * (rows.start * width + columns.start),
    3 * width,
    3 * columns.length,
    rows.firsts,
    rows.weights,
    rows.taps,
    size,
    low,
    stride,
  );
  sums.narrow(low, stride, size, columns.firsts, columns.weights, columns.taps, size, to);
  return bytes.slice(to, to + 3 * size * size);
}

/** The layout of the memory of `sums`, and the weights, for images of one shape. */
interface Places {
  readonly key: string;
  readonly rows: AxisPlaces;
  readonly columns: AxisPlaces;
  readonly from: number;
  /** The rows that are needed, `stride` bytes each. */
  readonly low: number;
  readonly stride: number;
  readonly to: number;
}

interface AxisPlaces {
  readonly firsts: number;
  readonly weights: number;
  readonly taps: number;
  /** The part of the input that is used. */
  readonly start: number;
  readonly length: number;
}

let latest: Places | undefined;

/** The images of a set are mostly of one shape, and sines take time. */
function placesOf(width: number, height: number, size: number): Places {
  const key = `${width} x ${height} to ${size}`;
  if (latest?.key === key) return latest;
  const shrink = Math.min(width, height) / size;
  const [vertical, horizontal] = [axisOf(height, shrink, size), axisOf(width, shrink, size)];
  let end = 0;
  const room = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / REGISTER + 1) * REGISTER;
    return start;
  };
  const [rows, columns] = [vertical, horizontal].map(({ firsts, weights, ...axis }) => ({
    ...axis,
    firsts: room(firsts.byteLength),
    weights: room(weights.byteLength),
  })) as [AxisPlaces, AxisPlaces];
  const stride = Math.ceil((3 * columns.length) / 8) * 8;
  latest = {
    key,
    rows,
    columns,
    stride,
    from: room(3 * width * (height + vertical.taps)),
    low: room(size * stride + 3 * horizontal.taps),
    to: room(3 * size * size),
  };

  const missing = end - sums.memory.buffer.byteLength;
  if (missing > 0) sums.memory.grow(Math.ceil(missing / PAGE));
  for (const [axis, place] of [
    [vertical, rows],
    [horizontal, columns],
  ] as const) {
    new Uint32Array(sums.memory.buffer, place.firsts).set(axis.firsts);
    new Int16Array(sums.memory.buffer, place.weights).set(axis.weights);
  }
  return latest;
}

interface Axis {
  /** The first input of each output, from `start` on. */
  readonly firsts: Uint32Array;
  /** `taps` for each output. */
  readonly weights: Int16Array;
  readonly taps: number;
  readonly start: number;
  readonly length: number;
}

/**
 * The middle `size` pixels of an axis of `length` after shrinking. Parts of pixels are left out on both sides equally.
 */
function axisOf(length: number, shrink: number, size: number): Axis {
  const whole = Math.round(length / shrink);
  const skipped = Math.floor((whole - size + 1) / 2);
  const margin = (length - whole * shrink) / 2;
  const outputs = Array.from({ length: size }, (_, i) =>
    filterAround(margin + (i + skipped + 0.5) * shrink, shrink, length),
  );
  const taps = 2 * Math.ceil(Math.max(...outputs.map(({ weights }) => weights.length)) / 2);
  const all = new Int16Array(size * taps);
  outputs.forEach(({ weights }, i) => {
    all.set(weights, i * taps);
  });
  const last = outputs[size - 1]!;
  const start = outputs[0]!.first;
  return {
    firsts: Uint32Array.from(outputs, ({ first }) => first - start),
    weights: all,
    taps,
    start,
    length: last.first + last.weights.length - start,
  };
}

function filterAround(
  center: number,
  shrink: number,
  length: number,
): { readonly first: number; readonly weights: readonly number[] } {
  const first = Math.max(0, Math.floor(center - LOBES * shrink));
  const end = Math.min(length, Math.ceil(center + LOBES * shrink));
  const weights = Array.from({ length: end - first }, (_, i) => lanczos((first + i + 0.5 - center) / shrink));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { first, weights: weights.map((weight) => Math.round((2 ** DIGITS * weight) / sum)) };
}

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  return (LOBES * Math.sin(Math.PI * x) * Math.sin((Math.PI * x) / LOBES)) / (Math.PI * x) ** 2;
}

function inColor(gray: Uint8Array): Uint8Array {
  const colors = new Uint8Array(3 * gray.length);
  gray.forEach((value, i) => colors.fill(value, 3 * i, 3 * i + 3));
  return colors;
}
