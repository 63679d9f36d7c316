/** Reliability diagram: the accuracy of a network by its confidence. On the diagonal, both are equal. */
import { line } from 'd3-shape';
import type { JSX } from 'preact';
import { fixed } from '../format.ts';
import type { ModelWords } from '../model.ts';
import type { ReliabilityBin } from '../../formats/evaluation.ts';
import { MarkerShape } from './marker.tsx';
import { UnitPlane } from './unit-plane.tsx';

interface ReliabilityProps {
  readonly id: string;
  readonly title: string;
  readonly words: ModelWords;
  readonly before: readonly ReliabilityBin[];
  /** After temperature scaling: hollow and dashed. */
  readonly after: readonly ReliabilityBin[];
}

interface Placed {
  readonly x: number;
  readonly y: number;
  /** The share of all images. */
  readonly share: number;
}

/** A mark's area is the share of the images in its bin, between these radii. */
const LEAST = 2;
const MOST = 11;

export function ReliabilityDiagram({ id, title, words, before, after }: ReliabilityProps): JSX.Element {
  const [raw, scaled] = [placed(before), placed(after)];
  const surest = raw.at(-1);
  const description =
    surest === undefined
      ? 'No test image.'
      : `At its highest confidence, ${fixed(surest.x, 2)} on average with ${fixed(100 * surest.share, 0)} % of the ` +
        `answers, it is right in ${fixed(surest.y, 2)} of them.`;
  return (
    <UnitPlane id={id} title={title} description={description} across="confidence" upward="accuracy" diagonal>
      {(x, y) => {
        const path = line<Placed>(
          (point) => x(point.x),
          (point) => y(point.y),
        ).digits(2);
        return (
          <g class={words.color}>
            <path class="line after" d={path(scaled) ?? ''} />
            <path class="line" d={path(raw) ?? ''} />
            {scaled.map((point, i) => (
              <MarkerShape key={i} kind={words.marker} x={x(point.x)} y={y(point.y)} size={3.5} class="mark open" />
            ))}
            {raw.map((point, i) => (
              <MarkerShape
                key={i}
                kind={words.marker}
                x={x(point.x)}
                y={y(point.y)}
                size={LEAST + (MOST - LEAST) * Math.sqrt(point.share)}
                class="mark"
              />
            ))}
          </g>
        );
      }}
    </UnitPlane>
  );
}

function placed(bins: readonly ReliabilityBin[]): Placed[] {
  const all = bins.reduce((sum, { images }) => sum + images, 0);
  return bins.flatMap(({ confidence, accuracy, images }) =>
    confidence === null || accuracy === null ? [] : [{ x: confidence, y: accuracy, share: images / all }],
  );
}
