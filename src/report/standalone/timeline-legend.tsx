/** The legend of colors and signs; only those that occur. */
import type { JSX } from 'preact';
import type { Look } from './texture.tsx';
import { printable, textWidth } from './picture.tsx';
import { EndMark } from './end-mark.tsx';

type End = 'done' | 'failed' | 'interrupted';

interface Entry {
  readonly text: string;
  readonly sign: Look | 'critical' | 'failed' | 'interrupted';
}

interface Placed extends Entry {
  readonly x: number;
  readonly row: number;
}

interface TimelineLegendProps {
  readonly looks: ReadonlyMap<string, Look>;
  readonly criticalText: string;
  readonly ended: ReadonlySet<End>;
  readonly left: number;
  readonly top: number;
  readonly width: number;
}

const ROW = 20;
const SWATCH = 16;
const SIZE = 11;

export function TimelineLegend({ left, top, ...given }: TimelineLegendProps): JSX.Element {
  return (
    <g>
      {flow(given).map(({ text, sign, x, row }) => (
        <g key={text}>
          <Swatch sign={sign} x={left + x} y={top + row * ROW} />
          <text class="soft" x={left + x + SWATCH + 5} y={top + row * ROW + 10}>
            {text}
          </text>
        </g>
      ))}
    </g>
  );
}

export function legendHeight(given: Omit<TimelineLegendProps, 'left' | 'top'>): number {
  return ((flow(given).at(-1)?.row ?? -1) + 1) * ROW + 8;
}

/** Entries side by side, in as many rows as they need. */
function flow({ looks, criticalText, ended, width }: Omit<TimelineLegendProps, 'left' | 'top'>): Placed[] {
  const entries: Entry[] = [
    ...[...looks].map(([name, look]) => ({ text: printable(name), sign: look })),
    ...(looks.size > 0 ? [{ text: printable(criticalText), sign: 'critical' as const }] : []),
    ...(['failed', 'interrupted'] as const).filter((end) => ended.has(end)).map((end) => ({ text: end, sign: end })),
  ];
  let [x, row] = [0, 0];
  return entries.map((entry) => {
    const wide = SWATCH + 5 + textWidth(entry.text, SIZE) + 16;
    if (x > 0 && x + wide > width) [x, row] = [0, row + 1];
    const placed = { ...entry, x: Math.round(x), row };
    x += wide;
    return placed;
  });
}

function Swatch({ sign, x, y }: { readonly sign: Entry['sign']; readonly x: number; readonly y: number }): JSX.Element {
  if (sign === 'critical')
    return <rect class="swatch-critical" x={x + 1} y={y + 1} width={SWATCH - 2} height={10} rx={2} />;
  if (typeof sign === 'string') return <EndMark ended={sign} x={x + SWATCH / 2} y={y + 6} />;
  const box = { x, y, width: SWATCH, height: 12, rx: 2 };
  return (
    <g>
      <rect class={`series-${sign.series}`} {...box} />
      {sign.texture !== undefined && <rect fill={`url(#${sign.texture})`} {...box} />}
    </g>
  );
}
