import { expect, test } from 'vitest';
import type { InstanceId } from '../formats/identity.ts';
import type { Reason } from '../formats/reason.ts';
import { reasonLines, reasonText, stageLevel } from './reason-text.ts';

const producer = 'pretrain:start=random' as InstanceId;
const before = '3f9a000000';
const after = '77b1000000';

test.each<[Reason, string]>([
  [{ kind: 'never-run' }, 'never run'],
  [{ kind: 'axes', before: 'a' as InstanceId, added: ['seed'], removed: [] }, 'axis seed is new: it ran as a'],
  [
    { kind: 'axes', before: 'a:model=M1' as InstanceId, added: ['fold', 'seed'], removed: ['model'] },
    'axes fold, seed are new and axis model is gone: it ran as a:model=M1',
  ],
  [{ kind: 'forced' }, 'forced'],
  [{ kind: 'not-in-store' }, 'its results are no longer in the store'],
  [{ kind: 'damaged', output: 'weights' }, 'output weights is damaged in the store'],
  [{ kind: 'param', path: 'temperature', before: 0.5, after: 0.1 }, 'params.temperature 0.5 -> 0.1'],
  [{ kind: 'param', path: 'a.b', after: 'x' }, 'params.a.b added: "x"'],
  [{ kind: 'param', path: 'a.b', before: null }, 'params.a.b removed (was null)'],
  [{ kind: 'env', name: 'MODE', before: 'fast', after: 'full' }, 'env MODE "fast" -> "full"'],
  [{ kind: 'input', input: 'source', path: 'data/x.csv', before, after }, 'data/x.csv changed (3f9a.. -> 77b1..)'],
  [{ kind: 'input', input: 'source', path: 'data/x.csv', after }, 'data/x.csv added (77b1..)'],
  [{ kind: 'input', input: 'source', path: 'data/x.csv', before }, 'data/x.csv removed (was 3f9a..)'],
  [{ kind: 'input', input: 'source', path: 'data' }, 'data changed'],
  [
    { kind: 'produced', input: 'weights', producer, output: 'weights', before, after },
    'input weights of pretrain:start=random changed (3f9a.. -> 77b1..)',
  ],
  [
    { kind: 'produced-will-change', input: 'weights', producer, output: 'weights' },
    'input weights of pretrain:start=random will change',
  ],
  [
    { kind: 'missing-input', input: 'source', path: 'data/ham', source: 'isic-archive.com' },
    'input source is missing: data/ham (get it from isic-archive.com)',
  ],
  [
    { kind: 'missing-input', input: 'table', path: 'data/tabel.csv', suggestion: 'data/table.csv' },
    'input table is missing: data/tabel.csv; did you mean "data/table.csv"?',
  ],
  [
    { kind: 'unmatched-input', input: 'images', pattern: 'data/*.png' },
    'input images is missing: no file matches data/*.png',
  ],
  [
    { kind: 'unreadable-input', input: 'source', path: 'data/ham', message: 'broken link' },
    'input source cannot be read: data/ham (broken link)',
  ],
  [
    { kind: 'producer-blocked', input: 'weights', producer },
    'input weights cannot be made: pretrain:start=random is blocked',
  ],
  [
    {
      kind: 'broken-code',
      diagnostic: { code: 'broken-code', severity: 'error', message: 'stages/a.ts:1:3 Unexpected "}"' },
    },
    'code: stages/a.ts:1:3 Unexpected "}"',
  ],
  [{ kind: 'source', path: 'src/learn/ssl/nt-xent.ts', change: 'changed' }, 'code: src/learn/ssl/nt-xent.ts changed'],
  [{ kind: 'package', name: 'sharp', before: '0.33.0', after: '0.35.5' }, 'package sharp 0.33.0 -> 0.35.5'],
  [{ kind: 'command', before: 'cp a b', after: 'cp c b' }, 'command "cp a b" -> "cp c b"'],
  [{ kind: 'outputs', message: 'output table added' }, 'output table added'],
  [{ kind: 'published', path: 'reports/index.html', change: 'missing' }, 'reports/index.html is missing'],
  [{ kind: 'published', path: 'reports/index.html', change: 'edited' }, 'reports/index.html was edited'],
  [{ kind: 'published', path: 'out/a', change: 'earlier-result' }, 'out/a holds an earlier result'],
  [{ kind: 'published', path: 'out/a', change: 'in-the-way' }, 'out/a holds a file that this pipeline did not write'],
  [{ kind: 'found-in-store' }, 'found in the store'],
])('%j reads "%s"', (reason, text) => {
  expect(reasonText(reason)).toBe(text);
});

test('long values are cut to where they differ', () => {
  const start = 'x'.repeat(200);
  const text = reasonText({ kind: 'command', before: `${start} old`, after: `${start} new` });
  expect(text).toBe('command …xxxxxxxxxxx old" -> …xxxxxxxxxxx new"');
});

test('more reasons than fit are counted', () => {
  const reasons = ['a', 'b', 'c', 'd'].map((name): Reason => ({ kind: 'source', path: name, change: 'added' }));
  expect(reasonLines(reasons, 4)).toHaveLength(4);
  expect(reasonLines(reasons, 3)).toEqual(['code: a added', 'code: b added', 'and 2 more']);
});

test('at the level of a stage, producers go by the name of their stage and lose what differs between instances', () => {
  const other = 'pretrain:start=imagenet' as InstanceId;
  const reason = (id: InstanceId, digest: string): Reason => ({
    kind: 'produced',
    input: 'weights',
    producer: id,
    output: 'weights',
    after: digest,
  });
  expect(stageLevel(reason(producer, before))).toEqual(stageLevel(reason(other, after)));
  expect(reasonText(stageLevel(reason(other, after)))).toBe('input weights of pretrain changed');
});

test('in a table, what is said of many producers is said once', () => {
  const reasons = [0, 1, 2].map((seed): Reason => ({
    kind: 'produced-will-change',
    input: 'results',
    producer: `train:seed=${seed}` as InstanceId,
    output: 'out',
  }));
  expect(reasonLines([{ kind: 'forced' }, ...reasons], 4)).toEqual([
    'forced',
    'input results of train (3 instances) will change',
  ]);
});
