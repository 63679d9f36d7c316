/**
 * The pipeline as a picture: stages as boxes, producers above, an arrow for each input that is another stage's output.
 */
import type { JSX } from 'preact';
import { coordinate } from './coordinate.ts';
import { layoutGraph, type Edge, type PlacedBox } from './graph-layout.ts';
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
const GAP = { box: 14, layer: 40 };
const MARGIN = 4;
/** A small graph is not blown up. */
const NARROWEST = 400;

export function Dag({ id, title, description, nodes, edges }: DagProps): JSX.Element {
  const sized = nodes.map(({ name }) => ({ id: name, ...BOX }));
  const { width, height, boxes, lines, arrows } = layoutGraph(sized, edges, { direction: 'down', gap: GAP });
  const fullWidth = coordinate(Math.max(NARROWEST, width + 2 * MARGIN));
  const left = coordinate((fullWidth - width) / 2);
  return (
    <Picture id={id} width={fullWidth} height={coordinate(height + 2 * MARGIN)} title={title} description={description}>
      <g transform={`translate(${left},${MARGIN})`}>
        {lines.map((line) => (
          <path key={line} class="edge" d={line} />
        ))}
        {arrows.map((arrow) => (
          <path key={arrow} class="arrow" d={arrow} />
        ))}
        {nodes.map((node) => (
          <StageBox key={node.name} node={node} box={boxes.get(node.name)} />
        ))}
      </g>
    </Picture>
  );
}

function StageBox({ node, box }: { readonly node: DagNode; readonly box: PlacedBox | undefined }): JSX.Element {
  if (box === undefined) throw new Error(`Internal error: ${node.name} has no place in the picture.`);
  const { x, y, width, height } = box;
  return (
    <g class="boxed">
      <rect
        class="box"
        x={coordinate(x - width / 2)}
        y={coordinate(y - height / 2)}
        width={width}
        height={height}
        rx={6}
      />
      <text class="label strong" x={coordinate(x)} y={coordinate(y - 2)} text-anchor="middle">
        {shortened(node.name, LONGEST_NAME)}
      </text>
      <text class="tick" x={coordinate(x)} y={coordinate(y + 12)} text-anchor="middle">
        {node.note}
      </text>
    </g>
  );
}
