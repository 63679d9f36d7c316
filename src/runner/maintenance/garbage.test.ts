import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digestOf } from '../../util/digest.ts';
import { findGarbage } from './garbage.ts';
import { findReachable } from './reachable.ts';
import { treeOf } from '../store/tree.ts';

const [kept, gone] = [digestOf('kept'), digestOf('gone')];
const blob = (digest: string): string => `objects/${digest.slice(0, 2)}/${digest.slice(2)}`;
const DAY = 24 * 3600 * 1000;

function store(...files: readonly string[]): {
  folder: string;
  garbage: (more?: { names?: readonly string[]; since?: number; daysLater?: number }) => string[];
} {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'garbage-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  for (const file of files) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), 'x');
  }
  return {
    folder,
    garbage: ({ names = [kept], since = Infinity, daysLater = 0 } = {}) =>
      findGarbage(folder, {
        ...findReachable(folder, names),
        since,
        checkpointsFor: 30 * DAY,
        now: Date.now() + daysLater * DAY,
      }).map((each) => path.relative(folder, each.path)),
  };
}

test('what is named stays, whatever is not goes, records before files', () => {
  const { garbage } = store(
    blob(kept),
    blob(gone),
    `runs/${kept}/${kept}.json`,
    `runs/${gone}/${gone}.json`,
    `state/maps/${gone}.map`,
    'objects/aa/.aa.0123.tmp',
  );
  expect(garbage()).toEqual([
    `runs/${gone}/${gone}.json`,
    ...[blob(gone), 'objects/aa/.aa.0123.tmp'].sort(),
    `state/maps/${gone}.map`,
  ]);
});

test('what a runner at work may have made is spared by its age', () => {
  const { garbage } = store(blob(gone), `runs/${gone}/${gone}.json`);
  expect(garbage({ since: Date.now() - 1000 })).toEqual([]);
  expect(garbage({ since: Date.now() + DAY })).toHaveLength(2);
});

test('a checkpoint stays while it is named, and for 30 days after it was last written', () => {
  const { garbage } = store(`checkpoints/${kept}/state`, `checkpoints/${gone}/deep/state`);
  expect(garbage({ daysLater: 29 })).toEqual([]);
  expect(garbage({ daysLater: 31 })).toEqual([`checkpoints/${gone}`]);
  expect(garbage({ daysLater: 31, since: Date.now() })).toEqual([]);
});

test('the series of an unfinished execution stays as long as its checkpoint would', () => {
  const { garbage } = store(`metrics/${kept}.jsonl`, `metrics/${gone}.jsonl`, 'metrics/notes.txt');
  expect(garbage({ daysLater: 29 })).toEqual([]);
  expect(garbage({ daysLater: 31 })).toEqual([`metrics/${gone}.jsonl`]);
});

test('what lies in quarantine goes when nothing needs what it was; what somebody else put there stays', () => {
  const { garbage } = store(
    `quarantine/objects-${kept.slice(0, 2)}-${kept.slice(2)}`,
    `quarantine/objects-${gone.slice(0, 2)}-${gone.slice(2)}`,
    `quarantine/runs-${gone}-${gone}.json`,
    'quarantine/notes.txt',
  );
  expect(garbage()).toEqual([
    `quarantine/objects-${gone.slice(0, 2)}-${gone.slice(2)}`,
    `quarantine/runs-${gone}-${gone}.json`,
  ]);
});

test('records lead to what they name, lists of folders to their files, and no other blob anywhere', () => {
  const { folder } = store();
  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  const list = treeOf([{ name: 'page', kind: 'file', bytes: 1, digest: kept }]);
  put(
    `runs/${digestOf('run')}/${kept}.json`,
    JSON.stringify({
      record: { outputs: { all: { digest: list.digest } }, origins: { x: [{ fingerprint: digestOf('earlier') }] } },
    }),
  );
  put(
    `runs/${digestOf('earlier')}/${kept}.json`,
    JSON.stringify({ record: { outputs: { out: { digest: digestOf('early') } } } }),
  );
  put(blob(list.digest), list.text);
  put(blob(kept), `this file only looks as if it named ${gone}`);
  const found = findReachable(folder, [digestOf('run')]);
  expect([list.digest, kept, digestOf('earlier'), digestOf('early')].every((name) => found.names.has(name))).toBe(true);
  expect(found.names.has(gone)).toBe(false);
});

test('of the executions of a named fingerprint the newest stays, and those of which a lockfile names an output', () => {
  const { folder, garbage } = store();
  const put = (result: string, started: string, output: string): void => {
    mkdirSync(path.join(folder, 'runs', kept), { recursive: true });
    writeFileSync(
      path.join(folder, 'runs', kept, `${digestOf(result)}.json`),
      JSON.stringify({ record: { outputs: { o: { digest: digestOf(output) } }, execution: { started, log: 'x' } } }),
    );
  };
  put('first', '2026-01-01', 'of the paper');
  put('second', '2026-01-02', 'of nobody');
  put('third', '2026-01-03', 'of now');
  const file = (result: string): string => `runs/${kept}/${digestOf(result)}.json`;
  expect(garbage({ names: [kept, digestOf('of the paper')] })).toEqual([file('second')]);
  expect(garbage({ names: [kept] })).toEqual([file('first'), file('second')].sort());
  expect(garbage({ names: [digestOf('of the paper')] })).toEqual(['first', 'second', 'third'].map(file).sort());
});

test('an audit goes with the result that it is about, and what killed writers left goes by its age', () => {
  const { garbage } = store(
    `runs/${kept}/${kept}.json`,
    `audits/${kept}-${kept}.json`,
    `audits/${gone}-${gone}.json`,
    'history/.a.json.0123456789ab.tmp',
    `runs/${kept}/.${kept}.json.0123456789ab.tmp`,
    'history/a.json',
  );
  expect(garbage()).toEqual([
    `audits/${gone}-${gone}.json`,
    `runs/${kept}/.${kept}.json.0123456789ab.tmp`,
    'history/.a.json.0123456789ab.tmp',
  ]);
  expect(garbage({ since: Date.now() - DAY })).toEqual([]);
});
