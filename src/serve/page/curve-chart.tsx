/** One metric over its steps: thin lines for seeds, a thick one for their mean. */
import type { JSX } from 'preact';
import { axisOf, scaleOf } from './axis-ticks.ts';
import type { CurveGroup, CurvePanel } from './curve-panels.ts';
import type { Point } from './known-state.ts';
import { counted, listed, number } from './words.ts';

const [WIDTH, HEIGHT] = [440, 200];
const SIDE = { left: 52, right: 12, top: 28, bottom: 26 };
/** A color repeats after six lines; the dashes differ then. */
export const COLORS = 6;

type Scale = (value: number) => number;

export function CurveChart({ panel }: { readonly panel: CurvePanel }): JSX.Element {
  const points = panel.groups.flatMap(({ seeds }) => seeds.flat());
  const isWhole = points.every(([step]) => Number.isInteger(step));
  const across = axisOf(
    points.map(([step]) => step),
    6,
    isWhole,
  );
  const up = axisOf(
    points.map(([, value]) => value),
    4,
  );
  const x = scaleOf(across, [SIDE.left, WIDTH - SIDE.right]);
  const y = scaleOf(up, [HEIGHT - SIDE.bottom, SIDE.top]);
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={description(panel)}>
      <text class="panel-title" x={0} y={14}>
        {panel.metric}
      </text>
      {up.ticks.map((tick) => (
        <g key={tick}>
          <path class="grid" d={`M${SIDE.left},${y(tick)}H${WIDTH - SIDE.right}`} />
          <text class="tick" x={SIDE.left - 7} y={y(tick) + 4} text-anchor="end">
            {number(tick)}
          </text>
        </g>
      ))}
      {across.ticks.map((tick) => (
        <text key={tick} class="tick" x={x(tick)} y={HEIGHT - 8} text-anchor="middle">
          {number(tick)}
        </text>
      ))}
      {panel.groups.map((each, index) => (
        <Lines key={each.name} group={each} index={index} x={x} y={y} />
      ))}
    </svg>
  );
}

interface LinesProps {
  readonly group: CurveGroup;
  readonly index: number;
  readonly x: Scale;
  readonly y: Scale;
}

function Lines({ group: { seeds, mean }, index, x, y }: LinesProps): JSX.Element {
  const last = mean.at(-1);
  return (
    <g class={`series-${index % COLORS}`}>
      {seeds.length > 1 && seeds.map((seed, i) => <path key={i} class="seed-line" d={pathOf(seed, x, y)} />)}
      <path class={`line dash-${Math.floor(index / COLORS) % 3}`} d={pathOf(mean, x, y)} />
      {last !== undefined && <circle class="mark" cx={x(last[0])} cy={y(last[1])} r={3} />}
    </g>
  );
}

const pathOf = (points: readonly Point[], x: Scale, y: Scale): string =>
  points.map(([step, value], i) => `${i === 0 ? 'M' : 'L'}${x(step)},${y(value)}`).join('');

/** The text alternative. */
function description({ stage, metric, groups }: CurvePanel): string {
  const said = groups.slice(0, 12).map(({ name, mean }) => {
    const [step, value] = mean.at(-1) ?? [0, 0];
    return `${name === '' ? stage : name} ${number(value)} at ${number(step)}`;
  });
  return `${metric} of ${stage} over steps, ${counted(groups.length, 'line')}: ${listed(said)}.`;
}
