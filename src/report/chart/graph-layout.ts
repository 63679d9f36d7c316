/**
 * Places the boxes of a directed graph in layers and leads its edges around them. The layers, their order and the
 * lanes of long edges are dagre's (after Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs",
 * 1993). An edge is straight where it passes a layer and bends between layers, so that it never crosses a box.
 */
import dagre from '@dagrejs/dagre';
import { group } from 'd3-array';
import { coordinate } from './coordinate.ts';
import { spreadLabels } from './spread-labels.ts';

export interface Edge {
  readonly from: string;
  readonly to: string;
}

interface BoxSize {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** Producers stand above their consumers, or left of them. */
type Direction = 'down' | 'right';

interface LayoutOptions {
  readonly direction: Direction;
  /** Between boxes of one layer, and between layers. */
  readonly gap: { readonly box: number; readonly layer: number };
}

/** Coordinates begin at 0. */
interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, PlacedBox>;
  /** Path data, in the order of the edges. An edge from a box to itself is not drawn. */
  readonly lines: readonly string[];
  /** Path data of the arrowheads, in the same order. */
  readonly arrows: readonly string[];
}

/** `x` and `y` are those of the center. */
export interface PlacedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A straight piece of an edge: it passes a layer, or a part of it, in one lane. */
interface Passage {
  readonly lane: number;
  readonly enter: number;
  readonly leave: number;
}

/** The extent of a layer: that of its deepest box. */
type Layer = Omit<Passage, 'lane'>;

/** From this number of boxes on, layers come from a spanning tree that is not improved: the optimum takes seconds. */
const MANY_BOXES = 200;
const ARROW = { length: 7, halfWidth: 3.5 };
/** Edges keep this far from the corners of a box, and from each other if there is space. */
const CORNER = 6;
const APART = 10;

export function layoutGraph(sizes: readonly BoxSize[], edges: readonly Edge[], options: LayoutOptions): GraphLayout {
  if (sizes.length === 0) return { width: 0, height: 0, boxes: new Map(), lines: [], arrows: [] };
  const turned = options.direction === 'right';
  const drawn = edges.filter(({ from, to }) => from !== to);
  const graph = arranged(turned ? sizes.map(turnedOver) : sizes, drawn, options.gap);
  const routes = routesOf(graph, drawn);
  const { width = 0, height = 0 } = graph.graph();
  const boxes = sizes.map(({ id }) => [id, turned ? turnedOver(graph.node(id)) : graph.node(id)] as const);
  return {
    ...(turned ? { width: height, height: width } : { width, height }),
    boxes: new Map(boxes),
    lines: routes.map((route) => linePath(route, turned)),
    arrows: routes.map((route) => arrowPath(route, turned)),
  };
}

function turnedOver<Box extends BoxSize | PlacedBox>(box: Box): Box {
  return { ...box, width: box.height, height: box.width, ...('x' in box && { x: box.y, y: box.x }) };
}

type Graph = InstanceType<typeof dagre.graphlib.Graph>;

/** Layers lie below each other: `x` is the lane, `y` the depth. */
function arranged(sizes: readonly BoxSize[], edges: readonly Edge[], gap: LayoutOptions['gap']): Graph {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({
    nodesep: gap.box,
    edgesep: gap.box,
    ranksep: gap.layer,
    ranker: sizes.length < MANY_BOXES ? 'network-simplex' : 'tight-tree',
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of sizes) graph.setNode(id, { width, height });
  for (const { from, to } of edges) graph.setEdge(from, to);
  dagre.layout(graph);
  return graph;
}

/** The passages of each edge, from the side of its first box to the side of its last. */
function routesOf(graph: Graph, edges: readonly Edge[]): Passage[][] {
  const layers = layersOf(graph);
  const found = edges.map(({ from, to }) => {
    // dagre bends an edge between layers too, where its label would stand: there is nothing to avoid.
    const between = graph
      .edge(from, to)
      .points.slice(1, -1)
      .flatMap(({ x, y }) => passageOf(layers, x, y));
    return {
      between,
      start: { box: graph.node(from), towards: between[0]?.lane ?? graph.node(to).x },
      end: { box: graph.node(to), towards: between.at(-1)?.lane ?? graph.node(from).x },
    };
  });
  const starts = portsOf(found.map(({ start }) => start));
  const ends = portsOf(found.map(({ end }) => end));
  return found.map(({ start, between, end }) => {
    const first = { lane: portOf(starts, start), enter: start.box.y + start.box.height / 2 };
    const last = { lane: portOf(ends, end), leave: end.box.y - end.box.height / 2 };
    return [
      { ...first, leave: layers.get(start.box.y)?.leave ?? first.enter },
      ...between,
      { ...last, enter: layers.get(end.box.y)?.enter ?? last.leave },
    ];
  });
}

/** By the depth of their middle. */
function layersOf(graph: Graph): Map<number, Layer> {
  const middles = group(
    graph.nodes().map((id) => graph.node(id)),
    ({ y }) => y,
  );
  return new Map(
    [...middles].map(([y, members]) => {
      const half = Math.max(...members.map(({ height }) => height / 2));
      return [y, { enter: y - half, leave: y + half }];
    }),
  );
}

function passageOf(layers: ReadonlyMap<number, Layer>, lane: number, depth: number): Passage[] {
  const layer = layers.get(depth);
  return layer === undefined ? [] : [{ lane, ...layer }];
}

/** The end of an edge at a box; `towards` is the lane of its other end. */
interface EdgeEnd {
  readonly box: PlacedBox;
  readonly towards: number;
}

/** Lanes on one side of each box, as near as can be to where the edges lead, and apart from each other. */
function portsOf(ends: readonly EdgeEnd[]): Map<EdgeEnd, number> {
  const ports = [...group(ends, ({ box }) => box)].flatMap(([box, members]) => {
    const reach = Math.max(0, box.width / 2 - CORNER);
    const [low, high] = [box.x - reach, box.x + reach];
    const wanted = members.map(({ towards }) => Math.min(high, Math.max(low, towards)));
    const lanes = spreadLabels(wanted, Math.min(APART, (2 * reach) / members.length), low, high);
    return members.map((end, i) => [end, lanes[i] ?? box.x] as const);
  });
  return new Map(ports);
}

function portOf(ports: ReadonlyMap<EdgeEnd, number>, end: EdgeEnd): number {
  return ports.get(end) ?? end.box.x;
}

/** Straight in its passages, and bent between them. It stops where the arrowhead begins. */
function linePath(route: readonly Passage[], turned: boolean): string {
  const place = (lane: number, depth: number) => placed(lane, depth, turned);
  let path = '';
  let before: Passage | undefined;
  for (const passage of route) {
    const { lane, enter } = passage;
    const leave = passage === route.at(-1) ? passage.leave - ARROW.length : passage.leave;
    const middle = before === undefined ? enter : (before.leave + enter) / 2;
    path +=
      before === undefined
        ? `M${place(lane, enter)}`
        : `C${place(before.lane, middle)} ${place(lane, middle)} ${place(lane, enter)}`;
    path += `L${place(lane, leave)}`;
    before = passage;
  }
  return path;
}

function arrowPath(route: readonly Passage[], turned: boolean): string {
  const { lane, leave } = route.at(-1) ?? { lane: 0, leave: 0 };
  const corners = [
    [lane, leave],
    [lane + ARROW.halfWidth, leave - ARROW.length],
    [lane - ARROW.halfWidth, leave - ARROW.length],
  ] as const;
  return `M${corners.map(([across, depth]) => placed(across, depth, turned)).join('L')}Z`;
}

function placed(lane: number, depth: number, turned: boolean): string {
  return turned ? `${coordinate(depth)},${coordinate(lane)}` : `${coordinate(lane)},${coordinate(depth)}`;
}
