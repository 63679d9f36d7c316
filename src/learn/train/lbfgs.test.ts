import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { lbfgs, type Objective } from './lbfgs.ts';

test('a quadratic with curvatures from 1 to 10,000 is solved to its closed form', () => {
  const source = random('minimize test');
  const wanted = Float64Array.from({ length: 30 }, () => source.normal());
  const curvature = wanted.map((_, d) => 10 ** (4 * (d / 29)));
  const bowl: Objective = (at, gradient) => {
    let value = 0;
    at.forEach((x, d) => {
      gradient[d] = curvature[d]! * (x - wanted[d]!);
      value += (curvature[d]! / 2) * (x - wanted[d]!) ** 2;
    });
    return value;
  };
  const { at, converged, steps } = lbfgs(bowl, new Float64Array(30), { tolerance: 1e-6, steps: 2000 });
  expect(converged).toBe(true);
  at.forEach((x, d) => {
    expect(x).toBeCloseTo(wanted[d]!, 5);
  });
  expect(lbfgs(bowl, at, { tolerance: 1e-6, steps: 2000 }).steps).toBe(0);
  expect(lbfgs(bowl, new Float64Array(30), { tolerance: 1e-6, steps: steps - 1 }).converged).toBe(false);
});

test('a curved valley is followed to its end', () => {
  // Rosenbrock's function; its only minimum is 0 at (1, 1).
  const valley: Objective = (at, gradient) => {
    const [x, y] = [at[0]!, at[1]!];
    gradient[0] = -2 * (1 - x) - 400 * x * (y - x * x);
    gradient[1] = 200 * (y - x * x);
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2;
  };
  const { at } = lbfgs(valley, Float64Array.of(-1.2, 1), { tolerance: 1e-8, steps: 2000 });
  expect([...at].map((x) => Number(x.toFixed(6)))).toEqual([1, 1]);
});
