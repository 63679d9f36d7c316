/** `pipeline graph`: the stages and what they read, as text or in a drawing language. */
import { unreachable } from '../../util/unreachable.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { drawDot, drawMermaid, drawText } from '../graph/draw.ts';
import { instanceGraph, stageGraph, type Graph } from '../graph/graph.ts';
import type { Terminal } from '../terminal.ts';
import { openWorkspace, select, type WorkspaceOptions } from '../workspace.ts';

export interface GraphOptions extends WorkspaceOptions {
  readonly format: 'text' | 'mermaid' | 'dot' | 'json';
  readonly instances?: boolean;
}

export async function graph(targets: readonly string[], options: GraphOptions, terminal: Terminal): Promise<ExitCode> {
  const { pipeline } = await openWorkspace(options, terminal);
  const { selected } = select(pipeline, targets);
  terminal.results.write(draw(options.instances ? instanceGraph(selected) : stageGraph(pipeline, selected), options.format));
  return exitCode.done;
}

function draw(graph: Graph, format: GraphOptions['format']): string {
  switch (format) {
    case 'text':
      return drawText(graph);
    case 'mermaid':
      return drawMermaid(graph);
    case 'dot':
      return drawDot(graph);
    case 'json':
      return `${JSON.stringify(graph, null, 2)}\n`;
    default:
      return unreachable(format);
  }
}
