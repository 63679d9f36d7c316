/** `pipeline graph`: the stages and their inputs, as text or as a drawing; or the pipeline in the object form. */
import type { Instance } from '../../runner/pipeline.ts';
import type { JsonObject } from '../../util/json.ts';
import { unreachable } from '../../util/unreachable.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { drawDot, drawMermaid, drawText } from '../graph/draw.ts';
import { instanceGraph, stageGraph, type Graph } from '../graph/graph.ts';
import type { Terminal } from '../terminal.ts';
import { openProject, selectTargets, type ProjectOptions } from '../project.ts';

export interface GraphOptions extends ProjectOptions {
  readonly format: 'text' | 'mermaid' | 'dot' | 'svg' | 'json';
  readonly instances?: boolean;
  readonly expanded?: boolean;
}

export async function graph(targets: readonly string[], options: GraphOptions, terminal: Terminal): Promise<ExitCode> {
  const { pipeline, objectForm } = await openProject(options, terminal);
  const { selected } = selectTargets(pipeline, targets);
  if (options.expanded) {
    terminal.results.write(`${JSON.stringify(onlyStages(objectForm(), selected), null, 2)}\n`);
    return exitCode.done;
  }
  const drawn = await draw(
    options.instances ? instanceGraph(selected) : stageGraph(pipeline, selected),
    pipeline.name,
    options.format,
  );
  terminal.results.write(drawn);
  return exitCode.done;
}

async function draw(graph: Graph, title: string, format: GraphOptions['format']): Promise<string> {
  switch (format) {
    case 'text':
      return drawText(graph);
    case 'mermaid':
      return drawMermaid(graph);
    case 'dot':
      return drawDot(graph);
    case 'svg':
      return (await import('../../report/standalone/index.ts')).renderGraph({ title, ...graph });
    case 'json':
      return `${JSON.stringify(graph, null, 2)}\n`;
    default:
      return unreachable(format);
  }
}

/** The stages that were selected, with all that they read. */
function onlyStages(pipeline: JsonObject, selected: readonly Instance[]): JsonObject {
  const names = new Set(selected.map(({ stage }) => stage));
  const stages = Object.entries(pipeline.stages as JsonObject).filter(([name]) => names.has(name));
  return { ...pipeline, stages: Object.fromEntries(stages) };
}
