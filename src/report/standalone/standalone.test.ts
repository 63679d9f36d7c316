import { expect, test } from 'vitest';
import { SERIES } from '../style.ts';
import { contrast } from '../chart/shade.ts';
import { fitted, printable } from './picture.tsx';
import { renderGraph, renderTimeline, type Bar } from './index.ts';
import { looksOf } from './texture.tsx';
import { momentsOf } from './time-axis.ts';

const bar = (name: string, start: number, seconds: number, more: Partial<Bar> = {}): Bar => ({
  lane: 0,
  start,
  seconds,
  name,
  shortName: name,
  stage: name.split(':')[0]!,
  ended: 'done',
  note: name,
  ...more,
});
const timeline = (bars: readonly Bar[]): string =>
  renderTimeline({
    title: 'Run 1',
    subtitle: 'done',
    seconds: 90,
    lanes: 1,
    bars,
    criticalPath: [
      { first: 0, last: 0 },
      { first: bars.length - 1, last: bars.length - 1 },
    ],
    criticalText: 'critical path',
  });

test('names can neither break out of the picture nor make it malformed', () => {
  const hostile = '</text><script>alert(1)</script>"&\u0000\u0007\u202e\ud800';
  for (const svg of [
    timeline([bar(hostile, 0, 80), bar('b', 80, 10)]),
    renderGraph({ title: hostile, nodes: [{ id: hostile, instances: 1 }], edges: [] }),
  ]) {
    expect(svg).not.toContain('<script');
    expect(svg).not.toMatch(/[\u202e\p{Surrogate}]|(?!\n)\p{Cc}/u);
    expect(svg).toContain('&lt;script');
  }
});

test('equal pictures give equal bytes, and load nothing', () => {
  const bars = [bar('a', 0, 40), bar('b:x=1', 40, 50, { ended: 'failed' })];
  expect(timeline(bars)).toBe(timeline(bars));
  expect(timeline(bars).replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|@import|href/);
});

test('only the ends that occur stand in the legend', () => {
  expect(timeline([bar('a', 0, 40)])).not.toMatch(/>(failed|interrupted)</);
  expect(timeline([bar('a', 0, 40, { ended: 'failed' })])).toContain('>failed<');
});

test('a label is drawn where it fits, then the short one, then none', () => {
  const drawn = (seconds: number): string =>
    /<g class="bar.*?<\/g>/s.exec(
      timeline([bar('finetune:seed=10', 0, seconds, { shortName: '10' }), bar('end', 89, 1)]),
    )![0];
  expect(drawn(60)).toContain('>finetune:seed=10</text>');
  expect(drawn(4)).toContain('>10</text>');
  expect(drawn(0.5)).not.toContain('</text>');
});

test('sixteen stages look different from each other', () => {
  const names = Array.from({ length: 16 }, (_, i) => `stage ${i}`);
  expect(new Set([...looksOf([...names, ...names]).values()].map((look) => JSON.stringify(look))).size).toBe(16);
});

test('text on a bar reaches 4.5', () => {
  for (const color of SERIES)
    expect(Math.max(contrast('#000000', color), contrast('#ffffff', color))).toBeGreaterThan(4.5);
});

test('moments are round and few, whatever the length of a run', () => {
  expect(momentsOf(0.5).map(({ text }) => text)).toEqual(['0.0 s', '0.1 s', '0.2 s', '0.3 s', '0.4 s', '0.5 s']);
  expect(momentsOf(90).map(({ text }) => text)).toEqual([
    '0:00',
    '0:10',
    '0:20',
    '0:30',
    '0:40',
    '0:50',
    '1:00',
    '1:10',
    '1:20',
    '1:30',
  ]);
  expect(momentsOf(9000).at(-1)).toEqual({ seconds: 9000, text: '2:30:00' });
  for (const end of [0, 3, 59, 61, 4000, 100_000, 5_000_000]) expect(momentsOf(end).length).toBeLessThanOrEqual(11);
});

test('a graph of a thousand instances that one gathers is drawn at once', () => {
  const nodes = [
    ...Array.from({ length: 1000 }, (_, i) => ({ id: `train:seed=${i}`, instances: 1 })),
    { id: 'report', instances: 1 },
  ];
  const svg = renderGraph({
    title: 'large',
    nodes,
    edges: nodes.slice(0, -1).map(({ id }) => ({ from: id, to: 'report' })),
  });
  expect(svg.match(/class="box"/g)).toHaveLength(1001);
  expect(svg.match(/class="edge"/g)).toHaveLength(1000);
});

test('what is cut ends in an ellipsis and keeps whole characters', () => {
  expect(fitted('abcdefghij', 1000, 11)).toBe('abcdefghij');
  expect(fitted('abcdefghij', 45, 11)).toMatch(/^abc.*…$/);
  expect(fitted('abcdefghij', 15, 11)).toBeUndefined();
  expect(printable('a\u0001b\u2066c')).toBe('a\ufffdb\ufffdc');
});
