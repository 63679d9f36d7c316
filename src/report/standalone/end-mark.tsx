/** A mark for the end of an attempt without a result. */
import type { JSX } from 'preact';

/** A cross for a failure, two strokes for an interruption: distinguishable without color. */
export function EndMark({
  ended,
  x,
  y,
}: {
  readonly ended: 'failed' | 'interrupted';
  readonly x: number;
  readonly y: number;
}): JSX.Element {
  return (
    <g>
      <circle class="ground" cx={x} cy={y} r={8} />
      <path
        class="bad"
        d={
          ended === 'failed'
            ? `M${x - 4},${y - 4}l8,8M${x + 4},${y - 4}l-8,8`
            : `M${x - 2.5},${y - 4.5}v9M${x + 2.5},${y - 4.5}v9`
        }
      />
    </g>
  );
}
