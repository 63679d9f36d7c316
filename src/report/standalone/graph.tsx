/** A graph from left to right as a file of its own: producers left, an arrow for each output that is read. */
import type { JSX } from 'preact';
import { coordinate } from '../chart/coordinate.ts';
import { layoutGraph, type Edge, type PlacedBox } from '../chart/graph-layout.ts';
import { counted } from '../format.ts';
import { fitted, printable, renderPicture, Standalone, textWidth } from './picture.tsx';

interface GraphNode {
  readonly id: string;
  readonly instances: number;
}

export interface GraphPicture {
  readonly title: string;
  /** Producers first. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}

const SIZE = 12;
const BOX = { height: 26, narrowest: 60, widest: 300 };
const GAP = { box: 12, layer: 56 };
const MARGIN = 16;
const TOP = 48;

const STYLE = `.box{fill:var(--raised);stroke:var(--soft)}.edge{fill:none;stroke:var(--soft);stroke-width:1.25;stroke-opacity:.75}.arrow{fill:var(--soft)}`;

/** An SVG document. */
export function renderGraph({ title, nodes, edges }: GraphPicture): string {
  const layout = layoutGraph(nodes.map(sizeOf), edges, { direction: 'right', gap: GAP });
  return renderPicture(
    <Standalone
      width={Math.max(layout.width, textWidth(title, 15)) + 2 * MARGIN}
      height={TOP + layout.height + MARGIN}
      title={title}
      description={describe(nodes, edges)}
      style={STYLE}
    >
      <text class="strong" x={MARGIN} y={28} font-size={15}>
        {printable(title)}
      </text>
      <g transform={`translate(${MARGIN},${TOP})`}>
        {layout.lines.map((line) => (
          <path key={line} class="edge" d={line} />
        ))}
        {layout.arrows.map((arrow) => (
          <path key={arrow} class="arrow" d={arrow} />
        ))}
        {nodes.map((node) => (
          <Box key={node.id} node={node} box={layout.boxes.get(node.id)} />
        ))}
      </g>
    </Standalone>,
  );
}

function sizeOf(node: GraphNode): { readonly id: string; readonly width: number; readonly height: number } {
  const width = Math.min(BOX.widest, Math.max(BOX.narrowest, textWidth(labelOf(node), SIZE) + 20));
  return { id: node.id, width, height: BOX.height };
}

const labelOf = ({ id, instances }: GraphNode): string => printable(instances === 1 ? id : `${id} (${instances})`);

/** The text alternative of the picture, in a sentence. */
function describe(nodes: readonly GraphNode[], edges: readonly Edge[]): string {
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

function Box({ node, box }: { readonly node: GraphNode; readonly box: PlacedBox | undefined }): JSX.Element {
  if (box === undefined) throw new Error(`Internal error: ${node.id} has no place in the picture.`);
  const { x, y, width, height } = box;
  return (
    <g>
      <title>{printable(node.id)}</title>
      <rect
        class="box"
        x={coordinate(x - width / 2)}
        y={coordinate(y - height / 2)}
        width={coordinate(width)}
        height={height}
        rx={5}
      />
      <text x={coordinate(x)} y={coordinate(y + SIZE / 3)} text-anchor="middle">
        {fitted(labelOf(node), width - 10, SIZE)}
      </text>
    </g>
  );
}
