import { expect, test } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import { random } from '../../util/random.ts';
import { umapLayout } from './umap-layout.ts';

const [COUNT, WIDTH, GROUPS] = [60, 8, 3];
const source = random('neighbour map');
/** Three groups, far apart in all dimensions. */
const rows = Float32Array.from(
  { length: COUNT * WIDTH },
  (_, i) => 6 * (Math.floor(i / WIDTH) % GROUPS) * (i % 2 === 0 ? 1 : -1) + source.normal(),
);
const map = umapLayout(rows, WIDTH, 0);

test('who was nearest stays in the neighborhood', () => {
  const distance = (a: number, b: number) => Math.hypot(map[a]![0] - map[b]![0], map[a]![1] - map[b]![1]);
  const alike = map.filter((_, own) => {
    const others = map
      .map((__, i) => i)
      .filter((i) => i !== own)
      .sort((a, b) => distance(own, a) - distance(own, b));
    return others.slice(0, 5).every((i) => i % GROUPS === own % GROUPS);
  });
  expect(alike.length).toBeGreaterThan(0.95 * COUNT);
});

test('a seed gives one map, another seed another', () => {
  expect(umapLayout(rows, WIDTH, 0)).toEqual(map);
  expect(umapLayout(rows, WIDTH, 1)).not.toEqual(map);
});

test('the map is the same on every version of Node', () => {
  expect(digestOf(JSON.stringify(map)).slice(0, 16)).toBe('a0344b131c248d23');
});
