/** The nodes and edges that `graph` draws: stages, or instances. */
import type { Input, Instance, Pipeline } from '../../runner/pipeline.ts';
import { entry } from '../../util/known.ts';

export interface Graph {
  /** Producers come before their consumers. */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
}

export interface GraphNode {
  /** The stage's name or the instance's id. */
  readonly id: string;
  /** Number of instances behind the node. */
  readonly instances: number;
  readonly axes: readonly string[];
}

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export function stageGraph(pipeline: Pipeline, selected: readonly Instance[]): Graph {
  const counts = new Map<string, number>();
  for (const { stage } of selected) counts.set(stage, (counts.get(stage) ?? 0) + 1);
  // Instances come in an order that respects their inputs, so the first of each stage give the order of the stages.
  const byName = new Map(pipeline.stages.map((stage) => [stage.name, stage]));
  const stages = [...counts.keys()].map((name) => entry(byName, name));
  return {
    nodes: stages.map(({ name, axes }) => ({ id: name, instances: entry(counts, name), axes })),
    edges: stages.flatMap(({ name, reads }) =>
      reads.filter((from) => counts.has(from)).map((from) => ({ from, to: name })),
    ),
  };
}

export function instanceGraph(selected: readonly Instance[]): Graph {
  return {
    nodes: selected.map(({ id, axes }) => ({ id, instances: 1, axes: Object.keys(axes) })),
    edges: selected.flatMap(({ id, inputs }) =>
      [...new Set(Object.values(inputs).flatMap(producers))].map((from) => ({ from, to: id })),
    ),
  };
}

function producers(input: Input): string[] {
  switch (input.kind) {
    case 'output':
      return [input.producer];
    case 'gather':
      return input.members.map(({ producer }) => producer);
    case 'none':
    case 'path':
    case 'glob':
      return [];
  }
}
