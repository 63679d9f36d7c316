/** A graph as text for people, and in the languages of Mermaid and Graphviz. */
import { count } from '../text/count.ts';
import { pad, width } from '../text/width.ts';
import type { Graph, GraphNode } from './graph.ts';
import { at } from '../../util/known.ts';

/** One line per node, producers first: `finetune (12)  <- ingest, split, pretrain`. */
export function drawText({ nodes, edges }: Graph): string {
  const names = nodes.map(nodeText);
  const widest = Math.max(0, ...names.map(width));
  const lines = nodes.map((node, index) => {
    const reads = edges.filter(({ to }) => to === node.id).map(({ from }) => from);
    return reads.length === 0 ? at(names, index) : `${pad(at(names, index), widest)}  <- ${reads.join(', ')}`;
  });
  return `${lines.join('\n')}\n`;
}

const nodeText = ({ id, instances }: GraphNode): string => (instances === 1 ? id : `${id} (${instances})`);

/** Ids are numbers, because Mermaid does not allow `:` and `=` in them. */
export function drawMermaid({ nodes, edges }: Graph): string {
  const key = (id: string): string => `n${nodes.findIndex((node) => node.id === id)}`;
  const lines = [
    'flowchart LR',
    ...nodes.map(({ id, instances }) => {
      const counted = instances === 1 ? '' : `<br/>${count(instances, 'instance')}`;
      return `  ${key(id)}["${escapeMermaid(id)}${counted}"]`;
    }),
    ...edges.map(({ from, to }) => `  ${key(from)} --> ${key(to)}`),
  ];
  return `${lines.join('\n')}\n`;
}

const escapeMermaid = (text: string): string =>
  text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;');

export function drawDot({ nodes, edges }: Graph): string {
  const quote = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const lines = [
    'digraph pipeline {',
    '  rankdir=LR;',
    '  node [shape=box, fontname="sans-serif"];',
    ...nodes.map((node) =>
      node.instances === 1 ? `  ${quote(node.id)};` : `  ${quote(node.id)} [label=${quote(nodeText(node))}];`,
    ),
    ...edges.map(({ from, to }) => `  ${quote(from)} -> ${quote(to)};`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
