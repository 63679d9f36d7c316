/** A metric against the number of labels, which each step multiplies: the axis is logarithmic. */
import { extent } from 'd3-array';
import { scaleLinear, scaleLog } from 'd3-scale';
import { line } from 'd3-shape';
import type { JSX } from 'preact';
import type { ModelWords } from '../model.ts';
import { coordinate } from './coordinate.ts';
import { MarkerShape } from './marker.tsx';
import { spreadLabels } from './spread-labels.ts';
import { CHART_WIDTH, Picture } from './svg.tsx';
import { ticksOf } from './ticks.ts';
import { at } from '../../util/known.ts';

export interface LabelCurve {
  readonly words: ModelWords;
  /** Ascending by share. */
  readonly points: readonly LabelPoint[];
}

export interface LabelPoint {
  /** The share of the labels, above 0 and at most 1. */
  readonly share: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

interface LabelCurvesProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly axis: string;
  readonly curves: readonly LabelCurve[];
}

const HEIGHT = 300;
const TOP = 26;
const BOTTOM = 40;
const LEFT = 44;
/** Width of a letter in the wider of the fonts that a page may get. */
const LETTER = 8;
/** Models stand beside each other at a share, so that their intervals do not cover each other. */
const STEP_ASIDE = 5;

export function LabelCurves({ id, title, description, axis, curves }: LabelCurvesProps): JSX.Element {
  const points = curves.flatMap((curve) => curve.points);
  const shares = [...new Set(points.map(({ share }) => share))].sort((a, b) => a - b);
  const [lowY = 0, highY = 1] = extent(points.flatMap(({ low, high }) => [low, high]));
  const aside = (STEP_ASIDE * (curves.length - 1)) / 2;
  const right = 22 + LETTER * Math.max(2, ...curves.map(({ words }) => words.name.length));
  const x = scaleLog([shares[0] ?? 0.1, 1], [LEFT + aside + 4, CHART_WIDTH - right - aside]);
  const y = scaleLinear([lowY, highY], [HEIGHT - BOTTOM, TOP]).nice(5);
  const labels = spreadLabels(
    curves.map((curve) => y(curve.points.at(-1)?.mean ?? lowY)),
    13,
    TOP,
    HEIGHT - BOTTOM,
  );
  return (
    <Picture id={id} width={CHART_WIDTH} height={HEIGHT} title={title} description={description}>
      <text class="panel-title" x={0} y={13}>
        {title}
      </text>
      {ticksOf(y, 5).map(({ at, text }) => (
        <g key={text}>
          <line class="grid" x1={LEFT} x2={CHART_WIDTH - right} y1={coordinate(at)} y2={coordinate(at)} />
          <text class="tick" x={LEFT - 7} y={coordinate(at + 4)} text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      {shares.map((share) => (
        <text key={share} class="tick" x={coordinate(x(share))} y={HEIGHT - BOTTOM + 16} text-anchor="middle">
          {percent(share)}
        </text>
      ))}
      <text class="axis" x={coordinate((LEFT + CHART_WIDTH - right) / 2)} y={HEIGHT - 5} text-anchor="middle">
        {axis}
      </text>
      {curves.map((curve, i) => (
        <Model
          key={curve.words.name}
          curve={curve}
          x={(share) => x(share) + STEP_ASIDE * i - aside}
          y={y}
          labelX={CHART_WIDTH - right + 6}
          labelY={at(labels, i)}
        />
      ))}
    </Picture>
  );
}

interface ModelProps {
  readonly curve: LabelCurve;
  readonly x: (share: number) => number;
  readonly y: (value: number) => number;
  readonly labelX: number;
  readonly labelY: number;
}

function Model({ curve: { words, points }, x, y, labelX, labelY }: ModelProps): JSX.Element {
  const path = line<LabelPoint>(
    (point) => x(point.share),
    (point) => y(point.mean),
  ).digits(2);
  return (
    <g class={words.color}>
      <path class="line" d={path(points) ?? ''} />
      {points.map(({ share, mean, low, high }) => (
        <g key={share}>
          <line
            class="interval thin"
            x1={coordinate(x(share))}
            x2={coordinate(x(share))}
            y1={coordinate(y(low))}
            y2={coordinate(y(high))}
          />
          <MarkerShape kind={words.marker} x={x(share)} y={y(mean)} size={4} class="mark" />
        </g>
      ))}
      <text class="label" x={labelX} y={coordinate(labelY + 4)}>
        {words.name}
      </text>
    </g>
  );
}

/** `1 %`, `0.5 %` */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
