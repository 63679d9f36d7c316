import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { convolutionOf, type Window } from './attributes.ts';
import { tapColumnRanges, usedTaps, tapRowRanges, type TapRange } from './filter-tap-ranges.ts';

/** Every output index at which a tap meets a pixel, and that pixel. */
function seen(
  tap: number,
  pad: number,
  stride: number,
  dilation: number,
  side: number,
  outputs: number,
): [output: number, input: number][] {
  return Array.from({ length: outputs }, (_, output): [number, number] => [
    output,
    output * stride + tap * dilation - pad,
  ]).filter(([, input]) => input >= 0 && input < side);
}

const listed = ({ output, input, count, stride }: TapRange): [number, number][] =>
  Array.from({ length: count }, (_, i) => [output + i, input + i * stride]);

function drawWindow(number: number): Window {
  const source = random('taps', String(number));
  const [height, width, rows, columns, stride, dilation] = [6, 6, 4, 4, 3, 2].map(
    (most) => 1 + source.integer(most),
  ) as [number, number, number, number, number, number];
  const pad = source.integer(3);
  return convolutionOf([1, height + 8, width, 1], [rows, columns, 1, 1], {
    strides: dilation > 1 ? 1 : stride,
    pad: source.integer(2) === 0 ? 'same' : pad + 4,
    dilations: dilation,
  });
}

test('taps meet the pixels that a loop over all outputs finds, and the others are left out', () => {
  for (let number = 0; number < 500; number++) {
    const window = drawWindow(number);
    const {
      padInfo,
      strideHeight,
      strideWidth,
      dilationHeight,
      dilationWidth,
      inHeight,
      inWidth,
      outHeight,
      outWidth,
      filterWidth,
    } = window;
    const rows = tapRowRanges(window);
    const columns = tapColumnRanges(window);
    rows.forEach((meeting, tap) => {
      expect(listed(meeting)).toEqual(seen(tap, padInfo.top, strideHeight, dilationHeight, inHeight, outHeight));
    });
    columns.forEach((meeting, tap) => {
      expect(listed(meeting)).toEqual(seen(tap, padInfo.left, strideWidth, dilationWidth, inWidth, outWidth));
    });
    const met = usedTaps(window);
    const within = new Set(met?.taps.map(({ row, column }) => row * filterWidth + column));
    const touching = rows.flatMap((down, row) =>
      columns.flatMap((across, column) => (down.count * across.count > 0 ? [row * filterWidth + column] : [])),
    );
    for (const tap of touching) expect(within).toContain(tap);
    expect(met?.taps.length).toBe(met && met.height * met.width);
  }
});

test('a filter that sees nothing but padding has no taps that meet images', () => {
  expect(usedTaps(convolutionOf([1, 1, 1, 1], [1, 1, 1, 1], { strides: 2, pad: 1 }))).toBeUndefined();
});

test('on an image of one pixel, only the tap in the middle meets it', () => {
  expect(usedTaps(convolutionOf([1, 1, 1, 1], [3, 3, 1, 1], { strides: 1, pad: 'same' }))).toMatchObject({
    top: 1,
    left: 1,
    height: 1,
    width: 1,
  });
});
