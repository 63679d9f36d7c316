/** The summary of seeds. */
interface Spread {
  readonly mean: number;
  /** Sample standard deviation (n - 1); NaN for one seed, which says nothing of spread. */
  readonly sd: number;
}

export function meanAndSd(values: readonly number[]): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / (values.length - 1)) };
}
