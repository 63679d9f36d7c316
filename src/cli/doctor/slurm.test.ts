import { expect, test } from 'vitest';
import { findingOf, graceFinding } from './slurm.ts';

const NODE = { kind: 'answered', node: 'n1', version: 'v22.1.0', unseen: [], clockAhead: 0, cards: '' } as const;

test('a node that sees everything is good', () => {
  expect(findingOf('slurm', NODE, false)).toMatchObject({ verdict: 'ok' });
});

test.each([
  [{ ...NODE, unseen: ['/opt/node'] }, 'fail', '/opt/node'],
  [{ ...NODE, version: '' }, 'fail', 'does not run on n1'],
  [{ ...NODE, clockAhead: -90 }, 'warn', '90 s'],
  [{ kind: 'waiting', state: 'PENDING', reason: 'Resources' } as const, 'warn', 'Resources'],
  [{ kind: 'unseen', state: 'COMPLETED', node: 'n1' } as const, 'fail', 'is not here'],
  [{ kind: 'unreachable', message: 'no controller' } as const, 'fail', 'no controller'],
])('each problem has a verdict and a remedy', (probe, verdict, words) => {
  const finding = findingOf('slurm', probe, false);
  expect(finding).toMatchObject({ verdict, message: expect.stringContaining(words) as string });
  expect(finding.remedy).toBeTruthy();
});

test('a partition for cards must give one', () => {
  expect(findingOf('slurm', NODE, true)).toMatchObject({ verdict: 'fail' });
  expect(findingOf('slurm', { ...NODE, cards: '0' }, true)).toMatchObject({ verdict: 'ok' });
});

test.each([
  [[], 'ok', 'no stage has saved'],
  [[{ stage: 'train', betweenSaves: 300, stop: 4 }], 'ok', 'up to 4 s'],
  [[{ stage: 'train', betweenSaves: 300 }], 'warn', 'train saves every 300 s'],
  [[{ stage: 'train', betweenSaves: 3, stop: 100 }], 'fail', 'killed 100 s after'],
])('the grace is compared with the times of stages', (times, verdict, words) => {
  expect(graceFinding(120, times)).toMatchObject({ verdict, message: expect.stringContaining(words) as string });
});
