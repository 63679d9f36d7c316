import { expect, test } from 'vitest';
import golden from './golden/pca.json' with { type: 'json' };
import { principalComponents } from './principal-components.ts';

test.each(golden.cases)(
  'points of $width numbers lie where scikit-learn puts them, signs included',
  ({ width, rows, points, explained }) => {
    const plane = principalComponents(rows, width);
    expect(plane.points).toHaveLength(points.length);
    points.forEach((point, i) => {
      point.forEach((value, axis) => {
        expect(plane.points[i]![axis]).toBeCloseTo(value, 6);
      });
    });
    explained.forEach((share, axis) => {
      expect(plane.explained[axis]).toBeCloseTo(share, 8);
    });
  },
);

test('points on a line have one axis', () => {
  const { points, explained } = principalComponents([0, 0, 0, 3, 4, 0, 6, 8, 0], 3);
  expect(points.map(([x]) => x)).toEqual([expect.closeTo(-5, 9), expect.closeTo(0, 9), expect.closeTo(5, 9)]);
  for (const [, y] of points) expect(y).toBeCloseTo(0, 9);
  expect(explained[0]).toBeCloseTo(1, 9);
  expect(explained[1]).toBeCloseTo(0, 9);
});

test('points that are all one lie at the center', () => {
  expect(principalComponents([7, 8, 7, 8, 7, 8], 2)).toEqual({
    points: [
      [0, 0],
      [0, 0],
      [0, 0],
    ],
    explained: [0, 0],
  });
});
