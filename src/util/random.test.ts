import { expect, test } from 'vitest';
import { philox, random } from './random.ts';

const hex = (words: Uint32Array) => [...words].map((w) => w.toString(16).padStart(8, '0')).join(' ');

// Known answers of the authors' Random123 library (kat_vectors, philox4x32 10).
test.each([
  [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  [[0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
])('philox agrees with the published vectors', (counter, key, expected) => {
  const out = new Uint32Array(4);
  philox(counter, key, out);
  expect(hex(out)).toBe(expected);
});

test('equal keys give equal streams, and each part of a key counts', () => {
  const first = (...key: [string, ...number[]]) => random(...key).uniform();
  expect(first('a', 1, 2)).toBe(first('a', 1, 2));
  expect(new Set([first('a', 1, 2), first('a', 2, 1), first('b', 1, 2), first('a', 12), first('a', 1)]).size).toBe(5);
});

test('uniform, normal and integer have the moments they should', () => {
  const source = random('moments');
  const n = 20_000;
  const mean = (draw: () => number) => Array.from({ length: n }, draw).reduce((a, b) => a + b) / n;
  expect(mean(() => source.uniform())).toBeCloseTo(0.5, 1);
  expect(mean(() => source.normal())).toBeCloseTo(0, 1);
  expect(mean(() => source.normal() ** 2)).toBeCloseTo(1, 1);
  expect(mean(() => source.integer(7))).toBeCloseTo(3, 1);
});

test('a permutation holds every index once', () => {
  const order = random('order', 3).permutation(100);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect([...order]).not.toEqual([...random('order', 4).permutation(100)]);
});
