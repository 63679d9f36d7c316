/** The plan as a picture: a box for each stage, producers left of their consumers, or above them on a narrow page. */
import { coordinate } from '../report/chart/coordinate.ts';
import { layoutGraph, type Edge } from '../report/chart/graph-layout.ts';
import type { Drawing } from './state.ts';

export interface StageNode {
  readonly name: string;
  readonly reads: readonly string[];
}

const HEIGHT = 46;
const WIDTH = { narrowest: 104, widest: 220, ofLetter: 7.6, padding: 24 };
/** Lines and arrows begin at this place of the drawing, boxes at 0. The page knows it, too. */
const MARGIN = 6;

export function drawStages(stages: readonly StageNode[], direction: 'right' | 'down'): Drawing {
  const names = new Set(stages.map(({ name }) => name));
  const edges = stages.flatMap(({ name, reads }): Edge[] =>
    reads.filter((from) => names.has(from)).map((from) => ({ from, to: name })),
  );
  const sizes = stages.map(({ name }) => ({ id: name, width: widthOf(name), height: HEIGHT }));
  const layout = layoutGraph(sizes, edges, { direction, gap: { box: 16, layer: direction === 'right' ? 44 : 34 } });
  return {
    width: coordinate(layout.width + 2 * MARGIN),
    height: coordinate(layout.height + 2 * MARGIN),
    boxes: stages.map(({ name }) => {
      const box = layout.boxes.get(name);
      if (box === undefined) throw new Error(`Internal error: ${name} has no place in the picture.`);
      const { x, y, width, height } = box;
      return { x: coordinate(x + MARGIN), y: coordinate(y + MARGIN), width, height };
    }),
    lines: layout.lines,
    arrows: layout.arrows,
  };
}

const widthOf = (name: string): number =>
  Math.round(Math.min(WIDTH.widest, Math.max(WIDTH.narrowest, name.length * WIDTH.ofLetter + WIDTH.padding)));
