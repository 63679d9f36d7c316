/** One row for each model or comparison: every seed a dot, the mean a large mark, the interval a line. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { JSX } from 'preact';
import type { Marker } from '../model.ts';
import { coordinate } from './coordinate.ts';
import { MarkerShape } from './marker.tsx';
import { shortened } from './shortened.ts';
import { CHART_WIDTH, Picture } from './svg.tsx';
import { ticksOf } from './ticks.ts';

export interface DotRow {
  readonly label: string;
  /** After the label, less loud. */
  readonly note: string;
  /** At the right: the numbers in figures. */
  readonly value: string;
  readonly mean: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly dots: readonly number[];
  readonly color: string;
  readonly marker: Marker;
  /** Hollow: the interval leaves the question open. */
  readonly open: boolean;
}

interface DotPlotProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly axis: string;
  readonly rows: readonly DotRow[];
  /**
   * A vertical line to compare with. Unless it must be kept, it is named at the side when showing it would squeeze the
   * rows.
   */
  readonly reference: { readonly value: number; readonly label: string; readonly keep: boolean } | null;
}

const ROW = 46;
const TOP = 22;
const SIDE = 10;
const AXIS = 40;
/** Mean width of a letter, in the wider of the fonts that a page may get. */
const LETTER = 7;

export function DotPlot({ id, title, description, axis, rows, reference }: DotPlotProps): JSX.Element {
  const values = rows.flatMap((row) => [row.mean, row.low, row.high, ...row.dots]).filter((value) => value !== null);
  const [low, high] = domainOf(values, reference);
  const room = (high - low || 1) * 0.06;
  const x = scaleLinear([low - room, high + room], [SIDE, CHART_WIDTH - SIDE]);
  const bottom = TOP + rows.length * ROW;
  return (
    <Picture id={id} width={CHART_WIDTH} height={bottom + AXIS} title={title} description={description}>
      {ticksOf(x, 5).map(({ at, text }) => (
        <g key={text}>
          <line class="grid" x1={coordinate(at)} x2={coordinate(at)} y1={TOP} y2={bottom} />
          <text class="tick" x={coordinate(at)} y={bottom + 15} text-anchor="middle">
            {text}
          </text>
        </g>
      ))}
      <text class="axis" x={CHART_WIDTH / 2} y={bottom + 33} text-anchor="middle">
        {axis}
      </text>
      {reference !== null && <Reference at={x(reference.value)} label={reference.label} bottom={bottom} />}
      {rows.map((row, i) => (
        <Row key={row.label} row={row} y={TOP + i * ROW} x={x} />
      ))}
    </Picture>
  );
}

function Reference({
  at,
  label,
  bottom,
}: {
  readonly at: number;
  readonly label: string;
  readonly bottom: number;
}): JSX.Element {
  if (at < 0)
    return (
      <text class="tick" x={SIDE} y={TOP - 10}>
        ← {label}
      </text>
    );
  if (at > CHART_WIDTH)
    return (
      <text class="tick" x={CHART_WIDTH - SIDE} y={TOP - 10} text-anchor="end">
        {label} →
      </text>
    );
  const anchor = at < CHART_WIDTH / 3 ? 'start' : at > (2 * CHART_WIDTH) / 3 ? 'end' : 'middle';
  return (
    <g>
      <line class="reference" x1={coordinate(at)} x2={coordinate(at)} y1={TOP - 6} y2={bottom} />
      <text class="tick" x={coordinate(at)} y={TOP - 10} text-anchor={anchor}>
        {label}
      </text>
    </g>
  );
}

/** The domain contains all rows; a reference may at most double it. */
function domainOf(values: readonly number[], reference: DotPlotProps['reference']): [number, number] {
  const [low = 0, high = 1] = extent(values);
  if (reference === null) return [low, high];
  const [lower, higher] = [Math.min(low, reference.value), Math.max(high, reference.value)];
  return reference.keep || higher - lower <= 2 * (high - low) ? [lower, higher] : [low, high];
}

function Row({
  row,
  y,
  x,
}: {
  readonly row: DotRow;
  readonly y: number;
  readonly x: (value: number) => number;
}): JSX.Element {
  const middle = y + 31;
  const room = Math.floor((CHART_WIDTH - 2 * SIDE - LETTER * (row.value.length + 1)) / LETTER);
  const label = shortened(row.label, room);
  const note = row.label.length + 1 + row.note.length <= room ? row.note : '';
  return (
    <g class={row.color}>
      <text class="label" x={SIDE} y={y + 16}>
        <tspan class="strong">{label}</tspan> <tspan class="soft">{note}</tspan>
      </text>
      <text class="value" x={CHART_WIDTH - SIDE} y={y + 16} text-anchor="end">
        {row.value}
      </text>
      {row.low !== null && row.high !== null && (
        <line class="interval" x1={coordinate(x(row.low))} x2={coordinate(x(row.high))} y1={middle} y2={middle} />
      )}
      {row.dots.map((dot, i) => (
        <circle key={i} class="seed" cx={coordinate(x(dot))} cy={middle} r={2.5} />
      ))}
      {row.mean !== null && (
        <MarkerShape kind={row.marker} x={x(row.mean)} y={middle} size={5.5} class={row.open ? 'mark open' : 'mark'} />
      )}
    </g>
  );
}
