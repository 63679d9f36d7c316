import { expect, test } from 'vitest';
import type { InstanceId } from '../formats/identity.ts';
import { linesOf, MOST_ROWS, type TableRow } from './rows.ts';

const row = (stage: string, axes: Record<string, string | number>, more: Partial<TableRow> = {}): TableRow => {
  const suffix = Object.entries(axes)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  return {
    instance: { id: `${stage}${suffix && `:${suffix}`}` as InstanceId, stage, axes },
    status: 'done',
    reasons: [],
    ...more,
  };
};
const finetunes = ['M1', 'M2', 'M3', 'M4'].flatMap((model) =>
  [0, 1, 2].map((seed) => row('finetune', { model, seed }, { seconds: 2 })),
);

test('a few instances are told one by one', () => {
  expect(finetunes).toHaveLength(MOST_ROWS);
  expect(linesOf(finetunes).map(({ label }) => label)).toEqual(finetunes.map(({ instance }) => instance.id));
});

test('many are told by stage, with their time added up', () => {
  expect(linesOf([row('split', {}), ...finetunes])).toEqual([
    { instance: { id: 'split', stage: 'split', axes: {} }, label: 'split', status: 'done', reasons: [] },
    { label: 'finetune (12)', status: 'done', reasons: [], seconds: 24 },
  ]);
});

test('instances of a stage that fared differently are told apart by what each group shares', () => {
  const rows = [
    row('split', {}),
    ...finetunes.map((each) => (each.instance.axes.model === 'M2' ? { ...each, status: 'failed' as const } : each)),
  ];
  expect(linesOf(rows).map(({ label, status }) => `${label} ${status}`)).toEqual([
    'split done',
    'finetune (9 of 12) done',
    'finetune:model=M2 (3 of 12) failed',
  ]);
});

test('reasons that differ only in the instance of the producer do not split a group', () => {
  const rows = finetunes.map((each, index) => ({
    ...each,
    reasons: [
      {
        kind: 'produced-will-change' as const,
        input: 'images',
        producer: `ingest:dataset=${index}` as InstanceId,
        output: 'images',
      },
    ],
  }));
  const lines = linesOf([row('split', {}), ...rows]);
  expect(lines).toHaveLength(2);
  expect(lines[1]!.reasons).toEqual([
    { kind: 'produced-will-change', input: 'images', producer: 'ingest', output: 'images' },
  ]);
});
