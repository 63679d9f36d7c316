import { expect, test } from 'vitest';
import type { StoredOutput } from '../../formats/run-record.ts';
import type { Digest } from '../../util/digest.ts';
import { isChosen } from './chosen-outputs.ts';

const output = (kind: StoredOutput['kind'], bytes: number): StoredOutput => ({
  ...{ kind, bytes, file: 'out', digest: 'ab'.repeat(32) as Digest },
});

test('small files go along by themselves, folders and large files when all do', () => {
  const outputs = [output('file', 10_000_000), output('file', 10_000_001), output('folder', 1)];
  const chosen = (choice: 'none' | 'small' | 'all'): boolean[] => outputs.map((each) => isChosen(each, choice));
  expect(chosen('none')).toEqual([false, false, false]);
  expect(chosen('small')).toEqual([true, false, false]);
  expect(chosen('all')).toEqual([true, true, true]);
});
