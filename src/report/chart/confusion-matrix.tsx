/** Labeled classes in rows, predicted ones in columns; a cell's shade is its share of the row, its text the counts. */
import type { JSX } from 'preact';
import { whole } from '../format.ts';
import { coordinate } from './coordinate.ts';
import { shadeText } from './shade.ts';
import { shortened } from './shortened.ts';
import { CHART_WIDTH, Picture } from './svg.tsx';
import { at } from '../../util/known.ts';

interface ConfusionMatrixProps {
  readonly id: string;
  readonly title: string;
  readonly classes: readonly string[];
  /** [labeled][predicted] */
  readonly counts: readonly (readonly number[])[];
}

const TOP = 62;
const LEFT = 104;
const MOST_CELL = 74;
const LONGEST_NAME = 14;

export function ConfusionMatrix({ id, title, classes, counts }: ConfusionMatrixProps): JSX.Element {
  const cell = Math.min(MOST_CELL, (CHART_WIDTH - LEFT - 4) / classes.length);
  const height = Math.min(cell, 44);
  const recalls = classes.map((name, k) => `${name} ${percent(at(at(counts, k), k), total(at(counts, k)))}`);
  return (
    <Picture
      id={id}
      width={CHART_WIDTH}
      height={coordinate(TOP + height * classes.length + 6)}
      title={title}
      description={`Share of each class that was recognized: ${recalls.join(', ')}.`}
    >
      <text class="panel-title" x={0} y={13}>
        {title}
      </text>
      <text class="axis" x={LEFT} y={34}>
        predicted
      </text>
      {classes.map((name, k) => (
        <text key={name} class="tick name" x={coordinate(LEFT + (k + 0.5) * cell)} y={TOP - 8} text-anchor="middle">
          {shortened(name, Math.max(2, Math.floor(cell / 7.2)))}
        </text>
      ))}
      {classes.map((name, row) => (
        <g key={name}>
          <text class="tick name" x={LEFT - 8} y={coordinate(TOP + (row + 0.5) * height + 4)} text-anchor="end">
            {shortened(name, LONGEST_NAME)}
          </text>
          {at(counts, row).map((count, column) => (
            <Cell
              key={column}
              x={LEFT + column * cell}
              y={TOP + row * height}
              width={cell}
              height={height}
              count={count}
              rowTotal={total(at(counts, row))}
            />
          ))}
        </g>
      ))}
    </Picture>
  );
}

interface CellProps {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly count: number;
  readonly rowTotal: number;
}

function Cell({ x, y, width, height, count, rowTotal }: CellProps): JSX.Element {
  const share = rowTotal === 0 ? 0 : count / rowTotal;
  const middle = coordinate(x + width / 2);
  const withShare = count > 0 && width >= 40 && height >= 34;
  return (
    <g class={`cells ${shadeText(share)}`}>
      <rect
        class="cell"
        x={coordinate(x + 1)}
        y={coordinate(y + 1)}
        width={coordinate(width - 2)}
        height={coordinate(height - 2)}
        rx={3}
        fill-opacity={coordinate(share)}
      />
      <text class="count" x={middle} y={coordinate(y + height / 2 + (withShare ? -2 : 4))} text-anchor="middle">
        {whole(count)}
      </text>
      {withShare && (
        <text class="share" x={middle} y={coordinate(y + height / 2 + 12)} text-anchor="middle">
          {percent(count, rowTotal)}
        </text>
      )}
    </g>
  );
}

function total(row: readonly number[]): number {
  return row.reduce((a, b) => a + b, 0);
}

function percent(count: number, of: number): string {
  return of === 0 ? '–' : `${Math.round((100 * count) / of)} %`;
}
