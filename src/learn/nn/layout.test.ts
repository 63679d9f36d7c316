import { expect, test } from 'vitest';
import { fromTorchvision, toTorchvision } from './layout.ts';

const [output, input, height, width] = [2, 3, 4, 5];
const onDisk = {
  dtype: 'float32' as const,
  shape: [output, input, height, width],
  data: Float32Array.from({ length: 120 }, (_, i) => i),
};

test('OIHW becomes HWIO, value by value', () => {
  const inMemory = fromTorchvision(onDisk);
  expect(inMemory.shape).toEqual([height, width, input, output]);
  for (let o = 0; o < output; o++)
    for (let i = 0; i < input; i++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          expect(inMemory.data[((y * width + x) * input + i) * output + o]).toBe(
            onDisk.data[((o * input + i) * height + y) * width + x],
          );
        }
});

test('there and back changes nothing, and only convolutions are turned', () => {
  expect(toTorchvision(fromTorchvision(onDisk))).toEqual(onDisk);
  const linear = { dtype: 'float32' as const, shape: [2, 3], data: new Float32Array(6) };
  expect(toTorchvision(linear)).toBe(linear);
});
