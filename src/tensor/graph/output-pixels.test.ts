import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { convolutionOf, type Window } from './attributes.ts';
import { countProducts, outputPixels } from './output-pixels.ts';

function drawWindow(number: number): Window {
  const source = random('pixels', String(number));
  const [height, width, rows, columns, stride] = [6, 6, 4, 4, 3].map((most) => 1 + source.integer(most)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const pad = source.integer(2) === 0 ? 'same' : 3 + source.integer(2);
  return convolutionOf([1, height, width, 1], [rows, columns, 1, 1], { strides: stride, pad });
}

/** Every tap that meets a pixel of the image, for every output, by a loop over all. */
function usedBySlowLoop(window: Window): string[] {
  const { outHeight, outWidth, filterHeight, filterWidth, inHeight, inWidth, strideHeight, strideWidth, padInfo } =
    window;
  const used: string[] = [];
  for (let y = 0; y < outHeight; y++)
    for (let x = 0; x < outWidth; x++)
      for (let row = 0; row < filterHeight; row++)
        for (let column = 0; column < filterWidth; column++) {
          const [down, across] = [y * strideHeight + row - padInfo.top, x * strideWidth + column - padInfo.left];
          if (down >= 0 && down < inHeight && across >= 0 && across < inWidth)
            used.push([y, x, row, column, down, across].join());
        }
  return used.sort();
}

test('the taps of each output pixel are those that a loop over all taps finds to meet the image', () => {
  for (let number = 0; number < 500; number++) {
    const window = drawWindow(number);
    const pixels = outputPixels(window) ?? [];
    const found = pixels.flatMap(({ down, across }) =>
      Array.from({ length: down.count * across.count }, (_, i) => {
        const [y, x] = [Math.floor(i / across.count), i % across.count];
        return [down.output, across.output, down.tap + y, across.tap + x, down.input + y, across.input + x].join();
      }),
    );
    expect(found.sort()).toEqual(usedBySlowLoop(window));
    expect(countProducts(pixels)).toBe(found.length);
    expect(pixels.length).toBe(window.outHeight * window.outWidth);
  }
});

test('a filter of 3x3 on an image of 2x2 needs 16 of 36 products', () => {
  const window = convolutionOf([1, 2, 2, 1], [3, 3, 1, 1], { strides: 1, pad: 1 });
  expect(countProducts(outputPixels(window) ?? [])).toBe(16);
});

test('a dilated filter uses no rectangles', () => {
  expect(outputPixels(convolutionOf([1, 5, 5, 1], [3, 3, 1, 1], { strides: 1, pad: 2, dilations: 2 }))).toBeNull();
});
