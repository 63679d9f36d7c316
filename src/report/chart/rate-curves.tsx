/** ROC or precision-recall curves of the models for one class. */
import { curveLinear, curveStepBefore, line } from 'd3-shape';
import type { JSX } from 'preact';
import type { ModelWords } from '../model.ts';
import type { Point } from '../point.ts';
import { MarkerShape } from './marker.tsx';
import { UnitPlane } from './unit-plane.tsx';

export interface RateCurve {
  readonly words: ModelWords;
  readonly points: readonly Point[];
}

interface RateCurvesProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly across: string;
  readonly upward: string;
  readonly diagonal: boolean;
  /** Precision does not run straight from one threshold to the next: between two, that of the later holds. */
  readonly steps: boolean;
  readonly curves: readonly RateCurve[];
}

export function RateCurves({ curves, steps, ...plane }: RateCurvesProps): JSX.Element {
  return (
    <UnitPlane {...plane}>
      {(x, y) => {
        const path = line<Point>(
          (point) => x(point[0]),
          (point) => y(point[1]),
        )
          .digits(2)
          .curve(steps ? curveStepBefore : curveLinear);
        return curves.map(({ words, points }, i) => (
          <g key={words.name} class={words.color}>
            <path class="line" d={path(steps ? fromEdge(points) : points) ?? ''} />
            {marksOf(points, i, curves.length).map(([px, py], k) => (
              <MarkerShape key={k} kind={words.marker} x={x(px)} y={y(py)} size={4} class="mark" />
            ))}
          </g>
        ));
      }}
    </UnitPlane>
  );
}

/** The precision of the first threshold holds from recall 0 on. */
function fromEdge(points: readonly Point[]): readonly Point[] {
  return [...points.slice(0, 1).map(([, y]): Point => [0, y]), ...points];
}

/** Three marks along each curve, those of different curves at different places. */
function marksOf(points: readonly Point[], curve: number, curves: number): Point[] {
  return [0, 1, 2]
    .map((third) => points[Math.floor(((third + (curve + 0.5) / curves) / 3) * points.length)])
    .filter((point) => point !== undefined);
}
