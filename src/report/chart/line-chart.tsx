/**
 * Curves over epochs: a line for the mean over seeds, a band from the least to the greatest seed, labels at the end.
 */
import { extent, max, mean, min } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { JSX } from 'preact';
import type { ModelWords } from '../model.ts';
import { coordinate } from './coordinate.ts';
import { MarkerShape } from './marker.tsx';
import { spreadEnds } from './spread-labels.ts';
import { CHART_WIDTH, Picture } from './svg.tsx';
import { ticksOf } from './ticks.ts';
import { at, present } from '../../util/known.ts';

export interface Curve {
  readonly words: ModelWords;
  /** One for each seed; a point that is not defined is left out. */
  readonly seeds: readonly (readonly CurvePoint[])[];
}

export interface CurvePoint {
  readonly x: number;
  readonly y: number;
}

interface LineChartProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly curves: readonly Curve[];
  readonly reference?: { readonly value: number; readonly label: string } | undefined;
  /** True if the axis must include 0, because 0 has a meaning. */
  readonly fromZero?: boolean;
}

interface Summary {
  readonly x: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

const HEIGHT = 240;
const TOP = 26;
const BOTTOM = 40;
const LEFT = 44;
/** Width of a letter in the wider of the fonts that a page may get. */
const LETTER = 8;

export function LineChart({
  id,
  title,
  description,
  curves,
  reference,
  fromZero = false,
}: LineChartProps): JSX.Element {
  const right = 20 + LETTER * Math.max(...curves.map(({ words }) => words.name.length));
  const points = curves.flatMap(({ seeds }) => seeds.flat());
  const [firstX = 0, lastX = 1] = extent(points, (point) => point.x);
  const [lowY = 0, highY = 1] = extent([
    ...points.map((point) => point.y),
    ...(reference === undefined ? [] : [reference.value]),
    ...(fromZero ? [0] : []),
  ]);
  const x = scaleLinear([firstX, lastX === firstX ? firstX + 1 : lastX], [LEFT, CHART_WIDTH - right]);
  const y = scaleLinear([lowY, highY === lowY ? lowY + 1 : highY], [HEIGHT - BOTTOM, TOP]).nice(5);
  const summaries = curves.map(({ seeds }) => summarize(seeds));
  const ends = spreadEnds(
    summaries.map((summary) => ({ x: summary.at(-1)?.x ?? firstX, y: y(summary.at(-1)?.mean ?? lowY) })),
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
          <line class="grid" x1={LEFT} x2={coordinate(CHART_WIDTH - right)} y1={coordinate(at)} y2={coordinate(at)} />
          <text class="tick" x={LEFT - 7} y={coordinate(at + 4)} text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      {ticksOf(x, 6)
        .filter(({ text }) => !text.includes('.'))
        .map(({ at, text }) => (
          <text key={text} class="tick" x={coordinate(at)} y={HEIGHT - BOTTOM + 16} text-anchor="middle">
            {text}
          </text>
        ))}
      <text class="axis" x={coordinate((LEFT + CHART_WIDTH - right) / 2)} y={HEIGHT - 5} text-anchor="middle">
        epoch
      </text>
      {reference !== undefined && (
        <Reference at={y(reference.value)} label={reference.label} right={CHART_WIDTH - right} />
      )}
      {curves.map((curve, i) => (
        <Band key={curve.words.name} color={curve.words.color} summary={at(summaries, i)} x={x} y={y} />
      ))}
      {curves.map((curve, i) => (
        <Line key={curve.words.name} curve={curve} summary={at(summaries, i)} x={x} y={y} labelY={at(ends, i)} />
      ))}
    </Picture>
  );
}

function Reference({
  at,
  label,
  right,
}: {
  readonly at: number;
  readonly label: string;
  readonly right: number;
}): JSX.Element {
  return (
    <g>
      <line class="reference" x1={LEFT} x2={coordinate(right)} y1={coordinate(at)} y2={coordinate(at)} />
      <text class="tick" x={coordinate(right)} y={coordinate(at - 5)} text-anchor="end">
        {label}
      </text>
    </g>
  );
}

interface DrawnProps {
  readonly summary: readonly Summary[];
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function Band({ color, summary, x, y }: DrawnProps & { readonly color: string }): JSX.Element | null {
  if (summary.every(({ low, high }) => low === high)) return null;
  const shape = area<Summary>(
    (point) => x(point.x),
    (point) => y(point.low),
    (point) => y(point.high),
  ).digits(2);
  return <path class={`${color} band`} d={shape(summary) ?? ''} />;
}

function Line({
  curve,
  summary,
  x,
  y,
  labelY,
}: DrawnProps & { readonly curve: Curve; readonly labelY: number }): JSX.Element {
  const path = line<Summary>(
    (point) => x(point.x),
    (point) => y(point.mean),
  ).digits(2);
  const last = summary.at(-1);
  return (
    <g class={curve.words.color}>
      <path class="line" d={path(summary) ?? ''} />
      {last !== undefined && (
        <>
          <MarkerShape kind={curve.words.marker} x={x(last.x) + 7} y={labelY} size={3} class="mark" />
          <text class="label" x={coordinate(x(last.x) + 13)} y={coordinate(labelY + 4)}>
            {curve.words.name}
          </text>
        </>
      )}
    </g>
  );
}

/** By epoch, over the seeds that have it. */
function summarize(seeds: readonly (readonly CurvePoint[])[]): Summary[] {
  const byX = new Map<number, number[]>();
  for (const { x, y } of seeds.flat()) byX.set(x, [...(byX.get(x) ?? []), y]);
  return [...byX]
    .sort(([a], [b]) => a - b)
    .map(([x, values]) => ({
      x,
      low: present(min(values), 'least value'),
      mean: present(mean(values), 'mean'),
      high: present(max(values), 'greatest value'),
    }));
}
