/**
 * The pipeline as a picture: stages as boxes, producers above, an arrow for each input that is another stage's output.
 */
import type { JSX } from 'preact';
import { coordinate } from './coordinate.ts';
import { isEmptyPlace, layered, type Edge } from './layers.ts';
import { shortened } from './shortened.ts';
import { Picture } from './svg.tsx';

interface DagNode {
  readonly name: string;
  readonly note: string;
}

interface DagProps {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Producers first. */
  readonly nodes: readonly DagNode[];
  readonly edges: readonly Edge[];
}

const BOX = { width: 112, height: 38 };
/** `finetune-fraction` is one that must not be cut. */
const LONGEST_NAME = 18;
const EMPTY_WIDTH = 22;
const GAP = { x: 14, y: 34 };

export function Dag({ id, title, description, nodes, edges }: DagProps): JSX.Element {
  const { layers, routes } = layered(
    nodes.map(({ name }) => name),
    edges,
  );
  const widthOf = (place: string) => (isEmptyPlace(place) ? EMPTY_WIDTH : BOX.width);
  const layerWidths = layers.map(
    (layer) => layer.reduce((sum, place) => sum + widthOf(place), 0) + GAP.x * (layer.length - 1),
  );
  const width = Math.max(400, ...layerWidths.map((each) => each + 8));
  const centres = new Map<string, { readonly x: number; readonly y: number }>();
  layers.forEach((layer, depth) => {
    let x = (width - layerWidths[depth]!) / 2;
    for (const place of layer) {
      centres.set(place, { x: x + widthOf(place) / 2, y: 4 + BOX.height / 2 + depth * (BOX.height + GAP.y) });
      x += widthOf(place) + GAP.x;
    }
  });
  const height = 8 + layers.length * BOX.height + (layers.length - 1) * GAP.y;
  return (
    <Picture id={id} width={coordinate(width)} height={height} title={title} description={description}>
      {routes.map((route) => (
        <path
          key={route.join()}
          class="edge"
          d={routePath(route.map((place) => ({ ...centres.get(place)!, empty: isEmptyPlace(place) })))}
        />
      ))}
      {[...new Set(edges.map(({ to }) => to))].map((to) => (
        <path key={to} class="arrow" d={arrowhead(centres.get(to)!)} />
      ))}
      {nodes.map(({ name, note }) => {
        const { x, y } = centres.get(name)!;
        return (
          <g key={name} class="boxed">
            <rect
              class="box"
              x={coordinate(x - BOX.width / 2)}
              y={coordinate(y - BOX.height / 2)}
              width={BOX.width}
              height={BOX.height}
              rx={6}
            />
            <text class="label strong" x={coordinate(x)} y={coordinate(y - 2)} text-anchor="middle">
              {shortened(name, LONGEST_NAME)}
            </text>
            <text class="tick" x={coordinate(x)} y={coordinate(y + 12)} text-anchor="middle">
              {note}
            </text>
          </g>
        );
      })}
    </Picture>
  );
}

function arrowhead({ x, y }: { readonly x: number; readonly y: number }): string {
  const tip = coordinate(y - BOX.height / 2);
  return `M${coordinate(x)},${tip}L${coordinate(x - 3.5)},${tip - 7}L${coordinate(x + 3.5)},${tip - 7}Z`;
}

/** Leaves a box at its foot, runs straight through empty places, enters the next box at its head. */
function routePath(places: readonly { readonly x: number; readonly y: number; readonly empty: boolean }[]): string {
  const half = BOX.height / 2;
  let path = '';
  places.forEach((place, i) => {
    const x = coordinate(place.x);
    if (i === 0) {
      path = `M${x},${coordinate(place.y + half)}`;
      return;
    }
    const before = places[i - 1]!;
    const [startY, endY] = [before.y + half, place.y - half];
    const bend = coordinate((startY + endY) / 2);
    path += `C${coordinate(before.x)},${bend} ${x},${bend} ${x},${coordinate(endY)}`;
    if (place.empty) path += `V${coordinate(place.y + half)}`;
  });
  return path;
}
