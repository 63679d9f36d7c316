/** The legend of shapes and colors. */
import type { JSX } from 'preact';
import { MarkerShape } from './chart/marker.tsx';
import type { Marker } from './model.ts';
import { Name } from './parts.tsx';

interface MarkerLegendProps {
  readonly of: readonly { readonly name: string; readonly color: string; readonly marker: Marker }[];
}

export function MarkerLegend({ of }: MarkerLegendProps): JSX.Element {
  return (
    <ul class="legend">
      {of.map(({ name, color, marker }) => (
        <li key={name}>
          <svg class="key" viewBox="0 0 16 16" aria-hidden="true">
            <g class={color}>
              <MarkerShape kind={marker} x={8} y={8} size={5} class="mark" />
            </g>
          </svg>
          <Name>{name}</Name>
        </li>
      ))}
    </ul>
  );
}
