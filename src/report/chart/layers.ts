/**
 * A directed graph in layers, producers above consumers (after Sugiyama, Tagawa and Toda 1981): the layer of a node is
 * its longest path from a source; an edge over several layers is led through empty places; the order within a layer
 * follows the mean position of the neighbours above.
 */
interface LayeredGraph {
  readonly layers: readonly (readonly string[])[];
  /** From producer to consumer, the places that an edge passes: its ends and the empty places between. */
  readonly routes: readonly (readonly string[])[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

const SWEEPS = 8;

/** `nodes` with producers first. An edge from a node to itself is not drawn. */
export function layered(nodes: readonly string[], all: readonly Edge[]): LayeredGraph {
  const edges = all.filter(({ from, to }) => from !== to);
  const [producers, consumers] = [neighbours(edges, 'to', 'from'), neighbours(edges, 'from', 'to')];
  const depth = new Map<string, number>();
  for (const node of nodes)
    depth.set(
      node,
      (producers.get(node) ?? []).reduce((deepest, from) => Math.max(deepest, depth.get(from)! + 1), 0),
    );
  lowerSources(nodes, producers, consumers, depth);
  const layers: string[][] = Array.from(
    { length: [...depth.values()].reduce((deepest, each) => Math.max(deepest, each), -1) + 1 },
    () => [],
  );
  for (const node of nodes) layers[depth.get(node)!]!.push(node);
  const routes = edges.map(({ from, to }) => {
    const between = Array.from(
      { length: depth.get(to)! - depth.get(from)! - 1 },
      (_, i) => `${from}\u0000${to}\u0000${i}`,
    );
    between.forEach((place, i) => layers[depth.get(from)! + 1 + i]!.push(place));
    return [from, ...between, to];
  });
  return { layers: ordered(layers, routes), routes };
}

/** An empty place is not a node. */
export function isEmptyPlace(place: string): boolean {
  return place.includes('\u0000');
}

/** A source stands just above its first consumer, so that its edges are short. */
function lowerSources(
  nodes: readonly string[],
  producers: Neighbours,
  consumers: Neighbours,
  depth: Map<string, number>,
): void {
  for (const node of nodes) {
    const below = consumers.get(node) ?? [];
    if (!producers.has(node) && below.length > 0)
      depth.set(node, below.reduce((least, to) => Math.min(least, depth.get(to)!), Infinity) - 1);
  }
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

/** The nodes at the other ends of the edges of each node. */
function neighbours(edges: readonly Edge[], here: keyof Edge, there: keyof Edge): Neighbours {
  const found = new Map<string, string[]>();
  for (const edge of edges) {
    const list = found.get(edge[here]);
    if (list === undefined) found.set(edge[here], [edge[there]]);
    else list.push(edge[there]);
  }
  return found;
}

/** Sorts down and up in turns. Among equals, nodes keep their order. */
function ordered(layers: readonly (readonly string[])[], routes: readonly (readonly string[])[]): string[][] {
  const steps = routes.flatMap((route) => route.slice(1).map((to, i): Edge => ({ from: route[i]!, to })));
  const [above, below] = [neighbours(steps, 'to', 'from'), neighbours(steps, 'from', 'to')];
  const result = layers.map((layer) => [...layer]);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const downwards = sweep % 2 === 0;
    for (let i = 1; i < result.length; i++) {
      const here = downwards ? i : result.length - 1 - i;
      const fixedLayer = result[downwards ? here - 1 : here + 1]!;
      const positionOf = new Map(fixedLayer.map((node, position) => [node, (position + 0.5) / fixedLayer.length]));
      const place = (node: string) => {
        const positions = ((downwards ? above : below).get(node) ?? []).map((other) => positionOf.get(other)!);
        return positions.length === 0 ? null : positions.reduce((a, b) => a + b) / positions.length;
      };
      const own = result[here]!;
      const keyed = own.map((node, position) => ({
        node,
        position,
        key: place(node) ?? (position + 0.5) / own.length,
      }));
      result[here] = keyed.sort((a, b) => a.key - b.key || a.position - b.position).map(({ node }) => node);
    }
  }
  return result;
}
