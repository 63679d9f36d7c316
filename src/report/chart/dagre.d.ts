/** The part of dagre that is used. Its own types name their files without endings, which Node's resolution refuses. */
declare module '@dagrejs/dagre' {
  interface Box {
    readonly width: number;
    readonly height: number;
  }

  interface Place {
    readonly x: number;
    readonly y: number;
  }

  class Graph {
    setGraph(options: {
      readonly nodesep: number;
      readonly edgesep: number;
      readonly ranksep: number;
      readonly ranker: 'network-simplex' | 'tight-tree';
    }): this;
    setDefaultEdgeLabel(label: () => object): this;
    setNode(id: string, box: Box): this;
    setEdge(from: string, to: string): this;
    nodes(): string[];
    /** After `layout`, as the next two. `x` and `y` are those of the box's center. */
    node(id: string): Box & Place;
    edge(from: string, to: string): { readonly points: readonly Place[] };
    graph(): { readonly width?: number; readonly height?: number };
  }

  const dagre: {
    readonly graphlib: { readonly Graph: typeof Graph };
    layout(graph: Graph): void;
  };
  export default dagre;
}
