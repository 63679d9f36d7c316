/** Test images as points of a plane, each class in a color and a shape of its own. */
import { extent } from 'd3-array';
import { scaleLinear } from 'd3-scale';
import type { JSX } from 'preact';
import { MARKERS, type Marker } from '../model.ts';
import type { Point } from '../point.ts';
import { markerOutline } from './marker.tsx';
import { shortenedTitle } from './shortened.ts';
import { CHART_WIDTH, Picture } from './svg.tsx';
import { at } from '../../util/known.ts';

interface ScatterProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly points: readonly Point[];
  /** Class numbers, by point. */
  readonly labels: readonly number[];
  readonly classes: number;
}

const HEIGHT = 320;
const TOP = 26;
const EDGE = 8;
const SIZE = 2.6;
const COLORS = 4;

/** Four colors and five shapes, stepped so that twenty classes differ in one of them, and neighbors in both. */
export function classLook(k: number): { readonly color: string; readonly marker: Marker } {
  return {
    color: `series-${k % COLORS}`,
    marker: at(MARKERS, ((k % COLORS) + Math.floor(k / COLORS)) % MARKERS.length),
  };
}

/** Both axes have one scale: distances mean something, directions do not. */
export function Scatter({ id, title, description, points, labels, classes }: ScatterProps): JSX.Element {
  const [[left = 0, right = 1], [low = 0, high = 1]] = [extent(points, ([x]) => x), extent(points, ([, y]) => y)];
  const scale = Math.min((CHART_WIDTH - 2 * EDGE) / (right - left || 1), (HEIGHT - TOP - 2 * EDGE) / (high - low || 1));
  const x = scaleLinear(
    [left, left + 1],
    [CHART_WIDTH / 2 - (scale * (right - left)) / 2, CHART_WIDTH / 2 - (scale * (right - left)) / 2 + scale],
  );
  const middle = (TOP + HEIGHT) / 2;
  const y = scaleLinear(
    [low, low + 1],
    [middle + (scale * (high - low)) / 2, middle + (scale * (high - low)) / 2 - scale],
  );
  return (
    <Picture id={id} width={CHART_WIDTH} height={HEIGHT} title={title} description={description}>
      <rect class="frame" x={0.5} y={TOP - 4.5} width={CHART_WIDTH - 1} height={HEIGHT - TOP + 4} />
      <text class="panel-title" x={0} y={13}>
        {shortenedTitle(title)}
      </text>
      {Array.from({ length: classes }, (_, k) => {
        const { color, marker } = classLook(k);
        const outline = points
          .flatMap(([px, py], i) => (labels[i] === k ? [markerOutline(marker, x(px), y(py), SIZE)] : []))
          .join('');
        return outline === '' ? null : (
          <g key={k} class={color}>
            <path class="dots" d={outline} />
          </g>
        );
      })}
    </Picture>
  );
}
