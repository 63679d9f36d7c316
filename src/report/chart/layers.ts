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

/** `nodes` with producers first. */
export function layered(nodes: readonly string[], edges: readonly Edge[]): LayeredGraph {
  const depth = new Map<string, number>();
  for (const node of nodes) {
    depth.set(node, Math.max(0, ...edges.filter(({ to }) => to === node).map(({ from }) => (depth.get(from) ?? -1) + 1)));
  }
  lowerSources(nodes, edges, depth);
  const layers: string[][] = Array.from({ length: Math.max(-1, ...depth.values()) + 1 }, () => []);
  for (const node of nodes) layers[depth.get(node)!]!.push(node);
  const routes = edges.map(({ from, to }) => {
    const between = Array.from({ length: depth.get(to)! - depth.get(from)! - 1 }, (_, i) => `${from}\u0000${to}\u0000${i}`);
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
function lowerSources(nodes: readonly string[], edges: readonly Edge[], depth: Map<string, number>): void {
  for (const node of nodes) {
    const consumers = edges.filter(({ from }) => from === node).map(({ to }) => depth.get(to)!);
    const isSource = !edges.some(({ to }) => to === node);
    if (isSource && consumers.length > 0) depth.set(node, Math.min(...consumers) - 1);
  }
}

/** Down and up in turns; what is left where it was keeps its place among equals. */
function ordered(layers: readonly (readonly string[])[], routes: readonly (readonly string[])[]): string[][] {
  const steps = routes.flatMap((route) => route.slice(1).map((to, i) => [route[i]!, to] as const));
  const result = layers.map((layer) => [...layer]);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const downwards = sweep % 2 === 0;
    for (let i = 1; i < result.length; i++) {
      const here = downwards ? i : result.length - 1 - i;
      const fixedLayer = result[downwards ? here - 1 : here + 1]!;
      const place = (node: string) => {
        const neighbours = steps.flatMap(([from, to]) => (downwards ? (to === node ? [from] : []) : from === node ? [to] : []));
        const positions = neighbours.map((other) => (fixedLayer.indexOf(other) + 0.5) / fixedLayer.length);
        return positions.length === 0 ? null : positions.reduce((a, b) => a + b) / positions.length;
      };
      const own = result[here]!;
      const keyed = own.map((node, position) => ({ node, position, key: place(node) ?? (position + 0.5) / own.length }));
      result[here] = keyed.sort((a, b) => a.key - b.key || a.position - b.position).map(({ node }) => node);
    }
  }
  return result;
}
