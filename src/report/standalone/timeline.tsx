/** The timeline of a run as a standalone file: a lane for each parallel execution, a bar for each attempt. */
import { scaleLinear } from 'd3-scale';
import type { JSX } from 'preact';
import { coordinate } from '../chart/coordinate.ts';
import { contrast } from '../chart/shade.ts';
import { SERIES } from '../style.ts';
import { EndMark } from './end-mark.tsx';
import { TimelineLegend, legendHeight } from './timeline-legend.tsx';
import { fitted, printable, renderPicture, Standalone } from './picture.tsx';
import { momentsOf } from './time-axis.ts';
import { looksOf, Textures, type Look } from './texture.tsx';
import { at, entry } from '../../util/known.ts';

export interface TimelinePicture {
  readonly title: string;
  readonly subtitle: string;
  /** The duration of the whole run. */
  readonly seconds: number;
  readonly lanes: number;
  /** In the order in which their stages are to be named. */
  readonly bars: readonly Bar[];
  /** The critical path in the order of time: each execution by the indices of its first and its last bar. */
  readonly criticalPath: readonly { readonly first: number; readonly last: number }[];
  /** The legend's text about the critical path. */
  readonly criticalText: string;
}

export interface Bar {
  readonly lane: number;
  /** Seconds after the start of the run. */
  readonly start: number;
  readonly seconds: number;
  readonly name: string;
  /** Drawn if the name does not fit. */
  readonly shortName: string;
  readonly stage: string;
  readonly ended: 'done' | 'failed' | 'interrupted';
  /** Shown when the pointer rests on it. */
  readonly note: string;
}

const WIDTH = 960;
const SIDE = { left: 40, right: 24 };
const LEGEND_TOP = 60;
const LANE = 30;
const BAR = 22;
const SIZE = 11;

const STYLE = `
.grid{stroke:var(--grid)}
.bar text{font-size:${SIZE}px}
.bar .frame{fill:none;stroke:var(--page);stroke-width:1}
.critical .frame{stroke:var(--ink);stroke-width:2}
.swatch-critical{fill:none;stroke:var(--ink);stroke-width:2}
.chain{fill:none;stroke:var(--ink);stroke-width:1.5}
.bad{stroke:var(--warn);stroke-width:2.5;fill:none}
.ground{fill:var(--page)}
${SERIES.map((color, i) => `.series-${i}{fill:${color}}.on-${i}{fill:${inkOn(color)};stroke:${color};stroke-width:3px;paint-order:stroke;stroke-linejoin:round}`).join('\n')}
`;

/** An SVG document. */
export function renderTimeline(timeline: TimelinePicture): string {
  const looks = looksOf(timeline.bars.map(({ stage }) => stage));
  const ended = new Set(timeline.bars.map((bar) => bar.ended));
  const legend = { looks, ended, criticalText: timeline.criticalText, width: WIDTH - SIDE.left - SIDE.right };
  const top = LEGEND_TOP + legendHeight(legend);
  const height = top + Math.max(1, timeline.lanes) * LANE + 40;
  const x = scaleLinear([0, Math.max(timeline.seconds, 0.001)], [SIDE.left, WIDTH - SIDE.right]);
  const isCritical = (index: number): boolean =>
    timeline.criticalPath.some(({ first, last }) => first <= index && index <= last);
  return renderPicture(
    <Standalone
      width={WIDTH}
      height={height}
      title={timeline.title}
      description={`${timeline.subtitle}. ${timeline.criticalText}.`}
      style={STYLE}
    >
      <Textures />
      <text class="strong" x={SIDE.left} y={28} font-size={15}>
        {printable(timeline.title)}
      </text>
      <text class="soft" x={SIDE.left} y={46}>
        {printable(timeline.subtitle)}
      </text>
      <TimelineLegend {...legend} left={SIDE.left} top={LEGEND_TOP} />
      {momentsOf(timeline.seconds).map(({ seconds, text }) => (
        <g key={text}>
          <line class="grid" x1={coordinate(x(seconds))} x2={coordinate(x(seconds))} y1={top - 4} y2={height - 36} />
          <text class="soft" x={coordinate(x(seconds))} y={height - 20} text-anchor="middle">
            {text}
          </text>
        </g>
      ))}
      {Array.from({ length: timeline.lanes }, (_, lane) => (
        <text key={lane} class="soft" x={SIDE.left - 10} y={top + lane * LANE + 19} text-anchor="end">
          {lane + 1}
        </text>
      ))}
      <path class="chain" d={chainPath(timeline, x, top)} />
      {timeline.bars.map((bar, i) => (
        <BarShape key={i} bar={bar} look={entry(looks, bar.stage)} critical={isCritical(i)} x={x} top={top} />
      ))}
    </Standalone>,
  );
}

interface BarProps {
  readonly bar: Bar;
  readonly look: Look;
  readonly critical: boolean;
  readonly x: (seconds: number) => number;
  readonly top: number;
}

function BarShape({ bar, look, critical, x, top }: BarProps): JSX.Element {
  const left = coordinate(x(bar.start));
  const width = coordinate(Math.max(2, x(bar.start + bar.seconds) - x(bar.start)));
  const y = top + bar.lane * LANE + (LANE - BAR) / 2;
  const bad = bar.ended === 'done' ? 0 : 18;
  const label = width < 24 ? undefined : labelOf(bar, width - 10 - bad);
  const box = { x: left, y, width, height: BAR, rx: Math.min(4, width / 2) };
  return (
    <g class={critical ? 'bar critical' : 'bar'}>
      <title>{printable(bar.note)}</title>
      <rect class={`series-${look.series}`} {...box} />
      {look.texture !== undefined && <rect fill={`url(#${look.texture})`} {...box} />}
      <rect class="frame" {...box} />
      {label !== undefined && (
        <text class={`on-${look.series}`} x={coordinate(left + 6)} y={y + 15}>
          {label}
        </text>
      )}
      {bar.ended !== 'done' && (
        <EndMark ended={bar.ended} x={coordinate(left + Math.max(width - 11, 0))} y={y + BAR / 2} />
      )}
    </g>
  );
}

function labelOf({ name, shortName }: Bar, width: number): string | undefined {
  const [long, short] = [printable(name), printable(shortName)];
  return fitted(long, width, SIZE) === long ? long : fitted(short, width, SIZE);
}

/** From the end of each bar of the critical path to the beginning of the next. */
function chainPath({ bars, criticalPath }: TimelinePicture, x: (seconds: number) => number, top: number): string {
  const middle = ({ lane }: Bar): number => top + lane * LANE + LANE / 2;
  return criticalPath
    .slice(1)
    .map(({ first }, i) => {
      const [from, to] = [at(bars, at(criticalPath, i).last), at(bars, first)];
      const [startX, endX] = [x(from.start + from.seconds), x(to.start)];
      const bend = Math.max(6, (endX - startX) / 2);
      return (
        `M${coordinate(startX)},${middle(from)}C${coordinate(startX + bend)},${middle(from)} ` +
        `${coordinate(endX - bend)},${middle(to)} ${coordinate(endX)},${middle(to)}`
      );
    })
    .join('');
}

function inkOn(color: string): string {
  return contrast('#000000', color) >= contrast('#ffffff', color) ? '#000' : '#fff';
}
