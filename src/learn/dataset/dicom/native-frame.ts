/** One frame of pixels that are not compressed (PS3.5, section 8). */
import type { DataSet, Element } from 'dicom-parser';
import { err, ok, type Result } from '../../../util/result.ts';
import type { SampleBytes } from './sample-bytes.ts';
import type { PixelFacts } from './pixel-facts.ts';
import { BIG_ENDIAN } from './transfer-syntax.ts';

export function nativeFrame(
  dataSet: DataSet,
  element: Element,
  facts: PixelFacts,
  frame: number,
): Result<SampleBytes, string> {
  const { rows, columns, samples, frames, photometric, syntax, planar } = facts;
  const bits = facts.numbers === 'double' ? 64 : facts.numbers === 'float' ? 32 : facts.bitsAllocated;
  const count = rows * columns * samples;
  const halved = photometric === 'YBR_FULL_422';
  const each = (halved ? (count / 3) * 2 : count) * (bits / 8);
  const begin = element.dataOffset;
  const whole = dataSet.byteArray.slice(begin, begin + element.length);
  if (whole.length < Math.ceil(each * frames))
    return err(`it holds ${whole.length} bytes of pixels; ${Math.ceil(each * frames)} are expected (it is cut short)`);
  if (syntax === BIG_ENDIAN) reverseBytes(whole, element.vr === 'OW' ? Math.max(2, bits / 8) : bits / 8);
  if (bits === 1) {
    const data = Uint8Array.from({ length: count }, (_, i) => bitAt(whole, each * 8 * frame + i));
    return ok({ data, bytesPerSample: 1, planar: false, ybr: false });
  }
  const raw = Uint8Array.from(whole.subarray(each * frame, each * (frame + 1)));
  const data = halved ? spread(raw, count) : raw;
  return ok({ data, bytesPerSample: bits / 8, planar: planar && !halved, ybr: photometric.startsWith('YBR_FULL') });
}

function reverseBytes(bytes: Uint8Array, size: number): void {
  if (size <= 1) return;
  for (let i = 0; i + size <= bytes.length; i += size) bytes.subarray(i, i + size).reverse();
}

const bitAt = (bytes: Uint8Array, bit: number): number => ((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1;

/** Two pixels share their Cb and Cr: Y Y Cb Cr becomes Y Cb Cr Y Cb Cr. */
function spread(pairs: Uint8Array, count: number): Uint8Array {
  const out = new Uint8Array(count);
  for (let i = 0, k = 0; k < count; i += 4) {
    for (const y of [0, 1]) {
      out[k++] = pairs[i + y] ?? 0;
      out[k++] = pairs[i + 2] ?? 0;
      out[k++] = pairs[i + 3] ?? 0;
    }
  }
  return out;
}
