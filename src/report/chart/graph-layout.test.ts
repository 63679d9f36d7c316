import { expect, test } from 'vitest';
import { random } from '../../util/random.ts';
import { layoutGraph, type Edge, type PlacedBox } from './graph-layout.ts';

const NODES = ['draw', 'split', 'fractal', 'pretrain', 'finetune', 'evaluate'];
const EDGES = edges('draw split, draw pretrain, split pretrain, split finetune, fractal pretrain, draw evaluate');
const MORE = edges('pretrain finetune, finetune evaluate');
const GAP = { box: 14, layer: 40 };

function edges(text: string): Edge[] {
  return text.split(', ').map((pair) => {
    const [from = '', to = ''] = pair.split(' ');
    return { from, to };
  });
}

const sized = (ids: readonly string[], width = 112) => ids.map((id) => ({ id, width, height: 38 }));

/** Numbers of a path. */
const numbers = (path: string) => (path.match(/-?[\d.]+/g) ?? []).map(Number);

/** Points of the line, close to each other. A line consists of `M x,y`, `L x,y` and `C x,y x,y x,y`. */
function pointsOf(line: string): (readonly [number, number])[] {
  let [x, y] = [0, 0];
  return (line.match(/[MLC][^MLC]*/g) ?? []).flatMap((piece) => {
    const values = numbers(piece);
    const [x1 = 0, y1 = 0, x2 = x1, y2 = y1, x3 = x2, y3 = y2] = values;
    const [x0, y0] = piece.startsWith('M') ? [x1, y1] : [x, y];
    const cubic = (t: number, a: number, b: number, c: number, d: number) =>
      (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * d;
    [x, y] = [x3, y3];
    return Array.from({ length: 50 }, (_, i) => {
      const t = i / 49;
      return piece.startsWith('C')
        ? ([cubic(t, x0, x1, x2, x3), cubic(t, y0, y1, y2, y3)] as const)
        : ([x0 + t * (x1 - x0), y0 + t * (y1 - y0)] as const);
    });
  });
}

function isInside([x, y]: readonly [number, number], box: PlacedBox): boolean {
  return Math.abs(x - box.x) < box.width / 2 - 0.1 && Math.abs(y - box.y) < box.height / 2 - 0.1;
}

/** `line i crosses box`, for every line that runs through a box, its own two included. */
function crossings(nodes: readonly string[], all: readonly Edge[], direction: 'down' | 'right', widths?: number[]) {
  const sizes = nodes.map((id, i) => ({ id, width: widths?.[i] ?? 112, height: 38 }));
  const { boxes, lines } = layoutGraph(sizes, all, { direction, gap: GAP });
  return lines.flatMap(
    (line, i) =>
    nodes.filter((id) => {
      const box = boxes.get(id);
      return box !== undefined && pointsOf(line).some((point) => isInside(point, box));
    }).map((id) => `line ${i} crosses ${id}`), // prettier-ignore
  );
}

test.each(['down', 'right'] as const)('no edge runs through a box (%s)', (direction) => {
  expect(crossings(NODES, [...EDGES, ...MORE], direction)).toEqual([]);
});

test('no edge runs through a box, in graphs drawn at random with boxes of all widths', () => {
  const source = random('graph layout');
  for (let round = 0; round < 20; round++) {
    const nodes = Array.from({ length: 4 + Math.floor(12 * source.uniform()) }, (_, i) => `node ${i}`);
    const drawn = nodes.flatMap((to, i) =>
      nodes.slice(0, i).flatMap((from) => (source.uniform() < 0.25 ? [{ from, to }] : [])),
    );
    const widths = nodes.map(() => 60 + 200 * source.uniform());
    expect(crossings(nodes, drawn, round % 2 === 0 ? 'right' : 'down', widths)).toEqual([]);
  }
});

test('an edge begins at its producer and its arrowhead touches its consumer, from above or from the left', () => {
  const all = [...EDGES, ...MORE];
  for (const direction of ['down', 'right'] as const) {
    const { boxes, lines, arrows } = layoutGraph(sized(NODES), all, { direction, gap: GAP });
    all.forEach(({ from, to }, i) => {
      const [producer, consumer] = [boxes.get(from), boxes.get(to)];
      const [startX = NaN, startY = NaN] = numbers(lines[i] ?? '');
      const [tipX = NaN, tipY = NaN] = numbers(arrows[i] ?? '');
      if (producer === undefined || consumer === undefined) throw new Error('a box is missing');
      if (direction === 'down') {
        expect([startY, tipY]).toEqual([producer.y + 19, consumer.y - 19]);
        expect(Math.abs(tipX - consumer.x)).toBeLessThan(56);
      } else {
        expect([startX, tipX]).toEqual([producer.x + 56, consumer.x - 56]);
        expect(Math.abs(tipY - consumer.y)).toBeLessThan(19);
      }
    });
  }
});

test('an order without crossings is found where the given one has them', () => {
  const { boxes } = layoutGraph(sized(['a', 'b', 'x', 'y']), edges('a y, b x'), { direction: 'down', gap: GAP });
  const left = (id: string) => boxes.get(id)?.x ?? NaN;
  expect(left('a') < left('b')).toBe(left('y') < left('x'));
});

test('edges that meet one side of a box keep apart', () => {
  const { arrows } = layoutGraph(sized(['a', 'b', 'c', 'd']), edges('a d, b d, c d'), { direction: 'down', gap: GAP });
  const tips = arrows.map((arrow) => numbers(arrow)[0] ?? NaN).sort((a, b) => a - b);
  expect((tips[1] ?? NaN) - (tips[0] ?? NaN)).toBeGreaterThanOrEqual(10);
  expect((tips[2] ?? NaN) - (tips[1] ?? NaN)).toBeGreaterThanOrEqual(10);
});

test('a graph without boxes has no size, and a box that reads itself no edge', () => {
  expect(layoutGraph([], [], { direction: 'down', gap: GAP })).toMatchObject({ width: 0, height: 0, lines: [] });
  expect(layoutGraph(sized(['a']), edges('a a'), { direction: 'down', gap: GAP })).toMatchObject({ lines: [] });
});

test('equal graphs have equal layouts, also after others were laid out', () => {
  const layout = () => layoutGraph(sized(NODES), [...EDGES, ...MORE], { direction: 'right', gap: GAP });
  const first = layout();
  layoutGraph(sized(['1', '2', '10']), edges('1 2, 1 10'), { direction: 'down', gap: GAP });
  expect(layout()).toEqual(first);
});
