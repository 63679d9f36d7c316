/** Executions folded into their stages. */
import type { Edge } from './chart/graph-layout.ts';
import type { Execution } from './study.ts';

interface StageNode {
  readonly name: string;
  readonly executions: number;
  readonly seconds: number;
  /** Stages, in the order of the nodes. */
  readonly reads: readonly string[];
}

export interface StageGraph {
  readonly nodes: readonly StageNode[];
  readonly edges: readonly Edge[];
}

/** Producers first, as in the list of executions. */
export function stageGraph(provenance: readonly Execution[]): StageGraph {
  const stageOf = new Map(provenance.map(({ id, stage }) => [id, stage]));
  const names = producersFirst(provenance, stageOf);
  const nodes = names.map((name) => {
    const members = provenance.filter(({ stage }) => stage === name);
    const read = new Set(members.flatMap(({ reads }) => reads.flatMap((id) => stageOf.get(id) ?? [])));
    return {
      name,
      executions: members.length,
      seconds: members.reduce((sum, member) => sum + member.seconds, 0),
      reads: names.filter((other) => other !== name && read.has(other)),
    };
  });
  return { nodes, edges: nodes.flatMap(({ name, reads }) => reads.map((from) => ({ from, to: name }))) };
}

/**
 * Executions of two stages may alternate, so their first ones give no order. A stage without pending producers comes
 * next.
 */
function producersFirst(provenance: readonly Execution[], stageOf: ReadonlyMap<string, string>): string[] {
  const waiting = new Map<string, Set<string>>();
  for (const { stage, reads } of provenance) {
    const needs = waiting.get(stage) ?? new Set();
    for (const id of reads) {
      const producer = stageOf.get(id);
      if (producer !== undefined && producer !== stage) needs.add(producer);
    }
    waiting.set(stage, needs);
  }
  const done: string[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting].find(([, needs]) => [...needs].every((name) => done.includes(name)));
    if (ready === undefined) throw new Error('Internal error: the stages of the lineage read each other in a circle.');
    done.push(ready[0]);
    waiting.delete(ready[0]);
  }
  return done;
}
