import { expect, test } from 'vitest';
import { table, type Cell } from './table.ts';

const layout = [{ title: 'stage' }, { title: 'reason', fold: true }, { title: 'time', align: 'right' as const }];
const cells = (...texts: string[]): Cell[] => texts.map((text) => ({ text }));

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  expect(table(layout, [cells('split', '', '1.0s'), cells('pretrain', 'forced', '')], undefined, String)).toEqual([
    'stage     reason  time',
    'split             1.0s',
    'pretrain  forced',
  ]);
});

test('the folding column gives way on a narrow terminal', () => {
  const lines = table(layout, [cells('split', 'params.temperature 0.5 -> 0.1', '1.0s')], 34, String);
  expect(lines).toEqual([
    'stage  reason                 time',
    'split  params.temperature     1.0s',
    '       0.5 -> 0.1',
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBe(34);
});

test('a style surrounds the text, not the space after it', () => {
  const [, line] = table(
    [{ title: 'a' }, { title: 'b' }],
    [[{ text: 'x', style: (text) => `<${text}>` }, { text: 'y' }]],
    undefined,
    String,
  );
  expect(line).toBe('<x>  y');
});
