/** Two quantities that lie between 0 and 1, against each other: reliability, ROC, precision and recall. */
import type { ComponentChildren, JSX } from 'preact';
import { scaleLinear } from 'd3-scale';
import { coordinate } from './coordinate.ts';
import { shortenedTitle } from './shortened.ts';
import { CHART_WIDTH, Picture } from './svg.tsx';
import { ticksOf } from './ticks.ts';

interface UnitPlaneProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly across: string;
  readonly upward: string;
  /** From corner to corner: what guessing, or perfect honesty, would give. */
  readonly diagonal: boolean;
  readonly children: (x: (value: number) => number, y: (value: number) => number) => ComponentChildren;
}

const TOP = 34;
const LEFT = 44;
const SIDE = 300;
const BOTTOM = 40;

export function UnitPlane({ id, title, description, across, upward, diagonal, children }: UnitPlaneProps): JSX.Element {
  const x = scaleLinear([0, 1], [LEFT, LEFT + SIDE]);
  const y = scaleLinear([0, 1], [TOP + SIDE, TOP]);
  return (
    <Picture id={id} width={CHART_WIDTH} height={TOP + SIDE + BOTTOM} title={title} description={description}>
      <text class="panel-title name" x={0} y={13}>
        {shortenedTitle(title)}
      </text>
      <text class="axis" x={LEFT} y={TOP - 6}>
        {upward}
      </text>
      {ticksOf(y, 5).map(({ at, text }) => (
        <g key={text}>
          <line class="grid" x1={LEFT} x2={LEFT + SIDE} y1={coordinate(at)} y2={coordinate(at)} />
          <text class="tick" x={LEFT - 7} y={coordinate(at + 4)} text-anchor="end">
            {text}
          </text>
        </g>
      ))}
      {ticksOf(x, 5).map(({ at, text }) => (
        <text key={text} class="tick" x={coordinate(at)} y={TOP + SIDE + 16} text-anchor="middle">
          {text}
        </text>
      ))}
      <text class="axis" x={LEFT + SIDE / 2} y={TOP + SIDE + 34} text-anchor="middle">
        {across}
      </text>
      {diagonal && <line class="reference" x1={LEFT} x2={LEFT + SIDE} y1={TOP + SIDE} y2={TOP} />}
      {children(x, y)}
    </Picture>
  );
}
