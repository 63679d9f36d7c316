import { createHash } from 'node:crypto';
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
  philox(Uint32Array.from(counter), Uint32Array.from(key), out);
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

/** The definition in whole numbers of any size: ten rounds of two products, each split into its halves. */
function philoxBySlowNumbers(counter: readonly bigint[], key: readonly bigint[]): bigint[] {
  const word = 2n ** 32n;
  let [c0, c1, c2, c3] = counter as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const [product0, product1] = [0xd2511f53n * c0, 0xcd9e8d57n * c2];
    [c0, c1, c2, c3] = [(product1 / word) ^ c1 ^ k0, product1 % word, (product0 / word) ^ c3 ^ k1, product0 % word];
    [k0, k1] = [(k0 + 0x9e3779b9n) % word, (k1 + 0xbb67ae85n) % word];
  }
  return [c0, c1, c2, c3];
}

test('blocks are the words that the definition gives, also where the counter runs over', () => {
  const source = random('blocks');
  const drawn = (): number => source.integer(2 ** 32);
  for (let i = 0; i < 200; i++) {
    const first = i % 4 === 0 ? 2 ** 32 - 3 : drawn();
    const [second, third, fourth, key0, key1] = Array.from({ length: 5 }, drawn) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const out = new Uint32Array(32);
    philox(Uint32Array.of(first, second, third, fourth), Uint32Array.of(key0, key1), out);
    const expected = Array.from({ length: 8 }, (_, block) => {
      const count = BigInt(second) * 2n ** 32n + BigInt(first) + BigInt(block);
      const counter = [count % 2n ** 32n, (count / 2n ** 32n) % 2n ** 32n, BigInt(third), BigInt(fourth)];
      return philoxBySlowNumbers(counter, [BigInt(key0), BigInt(key1)]);
    });
    expect([...out]).toEqual(expected.flat().map(Number));
  }
});

test('a stream is the same words however many it has drawn before', () => {
  const key = createHash('sha256')
    .update(JSON.stringify(['stream', 7]))
    .digest();
  const [key0, key1, third, fourth] = [0, 4, 8, 12].map((at) => BigInt(key.readUInt32LE(at))) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  const source = random('stream', 7);
  const drawn = Array.from({ length: 2000 }, () => source.integer(2 ** 32));
  const expected = Array.from({ length: 500 }, (_, block) =>
    philoxBySlowNumbers([BigInt(block), 0n, third, fourth], [key0, key1]),
  );
  expect(drawn).toEqual(expected.flat().map(Number));
});
