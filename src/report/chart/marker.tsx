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

/** Colour is never alone: every series has a shape of its own. */
export function MarkerShape({ kind, x, y, size, class: name }: MarkerProps): JSX.Element {
  return <path class={name} d={outline(kind, coordinate(x), coordinate(y), size)} />;
}

function outline(kind: Marker, x: number, y: number, r: number): string {
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
  }
}
