import type { JSX } from 'preact';
import type { Marker } from '../model.ts';
import { coordinate } from './coordinate.ts';

interface MarkerProps {
  readonly kind: Marker;
  readonly x: number;
  readonly y: number;
  /** Half of its height. */
  readonly size: number;
  readonly class: string;
}

/** Color is never alone: every series has a shape of its own. */
export function MarkerShape({ kind, x, y, size, class: name }: MarkerProps): JSX.Element {
  return <path class={name} d={markerOutline(kind, x, y, size)} />;
}

/** A closed path. */
export function markerOutline(kind: Marker, centerX: number, centerY: number, radius: number): string {
  const [x, y, r] = [coordinate(centerX), coordinate(centerY), coordinate(radius)];
  const at = (dx: number, dy: number) => `${coordinate(x + dx)},${coordinate(y + dy)}`;
  switch (kind) {
    case 'circle':
      return `M${at(-r, 0)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
    case 'square':
      return `M${at(-0.9 * r, -0.9 * r)}L${at(0.9 * r, -0.9 * r)}L${at(0.9 * r, 0.9 * r)}L${at(-0.9 * r, 0.9 * r)}Z`;
    case 'triangle':
      return `M${at(0, -1.15 * r)}L${at(1.1 * r, 0.85 * r)}L${at(-1.1 * r, 0.85 * r)}Z`;
    case 'diamond':
      return `M${at(0, -1.25 * r)}L${at(1.25 * r, 0)}L${at(0, 1.25 * r)}L${at(-1.25 * r, 0)}Z`;
    case 'wedge':
      return `M${at(0, 1.15 * r)}L${at(1.1 * r, -0.85 * r)}L${at(-1.1 * r, -0.85 * r)}Z`;
    case 'cross': {
      const [far, near] = [1.15 * r, 0.4 * r];
      const corners = [
        [-near, -far],
        [near, -far],
        [near, -near],
        [far, -near],
        [far, near],
        [near, near],
        [near, far],
        [-near, far],
        [-near, near],
        [-far, near],
        [-far, -near],
        [-near, -near],
      ] as const;
      return `M${corners.map(([dx, dy]) => at(dx, dy)).join('L')}Z`;
    }
  }
}
