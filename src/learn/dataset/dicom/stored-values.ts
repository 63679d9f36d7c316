/** Bytes of samples to numbers: unused bits cleared, signs by the data set, planes to pixels, YCbCr to RGB. */
import { err, ok, type Result } from '../../../util/result.ts';
import type { SampleBytes } from './sample-bytes.ts';
import type { PixelFacts } from './pixel-facts.ts';

/** Values `[rows, columns, samples]`; three samples are RGB. */
export function storedValues(bytes: SampleBytes, facts: PixelFacts): Result<Float64Array, string> {
  const count = facts.rows * facts.columns * facts.samples;
  const { data, bytesPerSample } = bytes;
  if (data.length < count * bytesPerSample)
    return err(`it holds ${data.length} bytes of pixels; ${count * bytesPerSample} are expected (it is cut short)`);
  const buffer = Uint8Array.from(data.subarray(0, count * bytesPerSample)).buffer;
  if (facts.numbers === 'float') return ok(Float64Array.from(new Float32Array(buffer)));
  if (facts.numbers === 'double') return ok(new Float64Array(buffer));
  const numbers =
    bytesPerSample === 1
      ? new Uint8Array(buffer)
      : bytesPerSample === 2
        ? new Uint16Array(buffer)
        : new Uint32Array(buffer);
  const values = integers(numbers, facts);
  if (facts.samples === 1) return ok(values);
  const pixels = bytes.planar ? fromPlanes(values) : values;
  return ok(bytes.ybr ? toRgb(pixels, 2 ** facts.bitsStored - 1) : pixels);
}

function integers(
  numbers: Uint8Array | Uint16Array | Uint32Array,
  { bitsStored, signed, coding }: PixelFacts,
): Float64Array {
  const limit = 2 ** bitsStored;
  // Near-lossless JPEG-LS may exceed the largest value by its error: such a value is no unused bit.
  const isBounded = coding === 'jpeg-ls' && !signed;
  const values = new Float64Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    const value = isBounded ? Math.min(number, limit - 1) : number % limit;
    values[i] = signed && value >= limit / 2 ? value - limit : value;
  }
  return values;
}

function fromPlanes(values: Float64Array): Float64Array {
  const pixels = values.length / 3;
  const out = new Float64Array(values.length);
  for (let i = 0; i < pixels; i++) for (let c = 0; c < 3; c++) out[3 * i + c] = values[c * pixels + i] ?? 0;
  return out;
}

/** PS3.3, C.7.6.3.1.2. */
function toRgb(values: Float64Array, largest: number): Float64Array {
  const middle = (largest + 1) / 2;
  const within = (value: number) => Math.min(largest, Math.max(0, Math.round(value)));
  for (let i = 0; i < values.length; i += 3) {
    const y = values[i] ?? 0;
    const b = (values[i + 1] ?? 0) - middle;
    const r = (values[i + 2] ?? 0) - middle;
    values[i] = within(y + 1.402 * r);
    values[i + 1] = within(y - 0.344136 * b - 0.714136 * r);
    values[i + 2] = within(y + 1.772 * b);
  }
  return values;
}
