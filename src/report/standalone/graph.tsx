/** A graph from left to right as a file of its own: producers left, an arrow for each output that is read. */
import type { JSX } from 'preact';
import { coordinate } from '../chart/coordinate.ts';
import { isEmptyPlace, layered, type Edge } from '../chart/layers.ts';
import { counted } from '../format.ts';
import { fitted, printable, renderPicture, Standalone, textWidth } from './picture.tsx';

export interface GraphPicture {
  readonly title: string;
  /** Producers first. */
  readonly nodes: readonly { readonly id: string; readonly instances: number }[];
  readonly edges: readonly Edge[];
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const SIZE = 12;
const BOX = { height: 26, narrowest: 60, widest: 300 };
const EMPTY_HEIGHT = 8;
const GAP = { x: 56, y: 8 };
const MARGIN = 16;
const TOP = 48;

const STYLE = `.box{fill:var(--raised);stroke:var(--soft)}.edge{fill:none;stroke:var(--soft);stroke-width:1.25;stroke-opacity:.75}.arrow{fill:var(--soft)}`;

/** An SVG document. */
export function renderGraph({ title, nodes, edges }: GraphPicture): string {
  const { layers, routes } = layered(
    nodes.map(({ id }) => id),
    edges,
  );
  const labels = new Map(nodes.map((node) => [node.id, labelOf(node)]));
  const { places, width, height } = arrange(layers, labels);
  return renderPicture(
    <Standalone
      width={Math.max(width, textWidth(title, 15) + 2 * MARGIN)}
      height={height}
      title={title}
      description={describe(nodes, edges)}
      style={STYLE}
    >
      <text class="strong" x={MARGIN} y={28} font-size={15}>
        {printable(title)}
      </text>
      {routes.map((route) => (
        <path key={route.join()} class="edge" d={routePath(route.map((place) => places.get(place)!))} />
      ))}
      {[...new Set(edges.map(({ to }) => to))].map((to) => (
        <path key={to} class="arrow" d={arrowhead(places.get(to)!)} />
      ))}
      {nodes.map(({ id }) => (
        <Box key={id} name={id} label={labels.get(id)!} place={places.get(id)!} />
      ))}
    </Standalone>,
  );
}

const labelOf = ({ id, instances }: GraphPicture['nodes'][number]): string =>
  printable(instances === 1 ? id : `${id} (${instances})`);

/** For those who cannot see it: as much as can be said in a sentence. */
function describe(nodes: GraphPicture['nodes'], edges: readonly Edge[]): string {
  const said = nodes.slice(0, 30).map(({ id }) => {
    const reads = edges.filter(({ to }) => to === id).map(({ from }) => from);
    return reads.length === 0
      ? id
      : `${id} reads ${reads.slice(0, 10).join(' and ')}${reads.length > 10 ? ` and ${reads.length - 10} more` : ''}`;
  });
  return `${counted(nodes.length, 'box')}: ${said.join('; ')}${nodes.length > said.length ? '; and more' : ''}.`.replace(
    ' boxs',
    ' boxes',
  );
}

/** One column per layer, as wide as its longest label; each column stands in the middle of the tallest. */
function arrange(
  layers: readonly (readonly string[])[],
  labels: ReadonlyMap<string, string>,
): { readonly places: ReadonlyMap<string, Place>; readonly width: number; readonly height: number } {
  const heightOf = (place: string): number => (isEmptyPlace(place) ? EMPTY_HEIGHT : BOX.height);
  const heights = layers.map((layer) => layer.reduce((sum, place) => sum + heightOf(place) + GAP.y, -GAP.y));
  const tallest = heights.reduce((most, each) => Math.max(most, each), 0);
  const places = new Map<string, Place>();
  let x = MARGIN;
  layers.forEach((layer, depth) => {
    const widest = layer.reduce(
      (most, place) => Math.max(most, textWidth(labels.get(place) ?? '', SIZE) + 20),
      BOX.narrowest,
    );
    const width = Math.min(BOX.widest, widest);
    let y = TOP + (tallest - heights[depth]!) / 2;
    for (const place of layer) {
      places.set(place, { x, y: y + heightOf(place) / 2, width });
      y += heightOf(place) + GAP.y;
    }
    x += width + GAP.x;
  });
  return { places, width: x - GAP.x + MARGIN, height: TOP + tallest + MARGIN };
}

function Box({
  name,
  label,
  place: { x, y, width },
}: {
  readonly name: string;
  readonly label: string;
  readonly place: Place;
}): JSX.Element {
  return (
    <g>
      <title>{printable(name)}</title>
      <rect
        class="box"
        x={coordinate(x)}
        y={coordinate(y - BOX.height / 2)}
        width={coordinate(width)}
        height={BOX.height}
        rx={5}
      />
      <text x={coordinate(x + width / 2)} y={coordinate(y + SIZE / 3)} text-anchor="middle">
        {fitted(label, width - 10, SIZE)}
      </text>
    </g>
  );
}

function arrowhead({ x, y }: Place): string {
  const [tip, middle] = [coordinate(x), coordinate(y)];
  return `M${tip},${middle}L${coordinate(x - 7)},${coordinate(y - 3.5)}L${coordinate(x - 7)},${coordinate(y + 3.5)}Z`;
}

/** Leaves a box on its right, runs straight through empty places, enters the next box on its left. */
function routePath(places: readonly Place[]): string {
  return places.slice(1).reduce(
    (path, place, i) => {
      const before = places[i]!;
      const [startX, endX] = [before.x + before.width, place.x];
      const bend = coordinate((startX + endX) / 2);
      const straight = i + 2 < places.length ? `H${coordinate(place.x + place.width)}` : '';
      return `${path}C${bend},${coordinate(before.y)} ${bend},${coordinate(place.y)} ${coordinate(endX)},${coordinate(place.y)}${straight}`;
    },
    `M${coordinate(places[0]!.x + places[0]!.width)},${coordinate(places[0]!.y)}`,
  );
}
