/** Curves over the epochs of several trainings, a panel for each value. */
import { mean } from 'd3-array';
import type { CurvePoint } from './chart/line-chart.tsx';
import type { Defined } from './study.ts';

export interface Panel<Epoch> {
  readonly key: string;
  readonly title: string;
  readonly of: (epoch: Epoch) => Defined;
}

interface Numbered {
  readonly epoch: number;
}

interface Curved<Epoch extends Numbered> {
  readonly epochs: readonly Epoch[];
}

/** Epochs in which the value is not defined are left out. */
export function pointsOf<Epoch extends Numbered>(epochs: readonly Epoch[], of: Panel<Epoch>['of']): CurvePoint[] {
  return epochs.flatMap((row) => {
    const y = of(row);
    return y === null ? [] : [{ x: row.epoch, y }];
  });
}

/** Of all trainings, ascending. */
export function epochsOf(runs: readonly Curved<Numbered>[]): number[] {
  return [...new Set(runs.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)))].sort((a, b) => a - b);
}

/** Over the trainings that have the value in that epoch. */
export function meanAt<Epoch extends Numbered>(
  runs: readonly Curved<Epoch>[],
  epoch: number,
  of: Panel<Epoch>['of'],
): Defined {
  const values = runs.flatMap(({ epochs }) =>
    epochs.filter((row) => row.epoch === epoch).flatMap((row) => of(row) ?? []),
  );
  return mean(values) ?? null;
}
