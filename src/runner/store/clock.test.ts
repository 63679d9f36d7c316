import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { clockOffset, openClock, type ClockSource } from './clock.ts';
import { isSettled } from './stat.ts';

const SECOND = 1_000_000_000n;
const NOW = 1_700_000_000_500; // half past a second
const [STORE, DISK, SHARE] = [1n, 2n, 3n];
const instruments = (offset: bigint | undefined): ClockSource => ({
  offset: () => offset,
  deviceOf: () => STORE,
  kindOf: (file) => (file === 'disk' ? 0xef53 : 0x6969),
});
const stat = (time: bigint) => ({ mtimeNs: time, ctimeNs: time });
const ns = BigInt(NOW) * 1_000_000n;

test(
  'the clock of the store is measured, that of another local disk is ours, and of another server it is only known ' +
    'to be not far behind',
  () => {
    const clock = openClock('store', instruments(-5n * SECOND));
    expect(clock.at(NOW, STORE, 'store')).toBe(ns - 5n * SECOND);
    expect(clock.at(NOW, DISK, 'disk')).toBe(ns);
    expect(clock.at(NOW, SHARE, 'share')).toBe(ns - 600n * SECOND);
    expect(openClock('store', instruments(undefined)).at(NOW, STORE, 'store')).toBe(ns - 600n * SECOND);
  },
);

test('a device is asked once', () => {
  let asked = 0;
  const clock = openClock('store', { ...instruments(0n), kindOf: () => asked++ });
  for (let i = 0; i < 3; i++) clock.at(NOW, SHARE, 'share');
  expect(asked).toBe(1);
});

/** A file written `ago` before now by the server's clock, which is `skew` ahead of ours. */
test.each<[string, bigint, bigint, bigint, boolean]>([
  ['a file of just now, server behind: by our clock it would look old', -5n * SECOND, 1_000_000n, 1n, false],
  ['a file of just now, server ahead', 5n * SECOND, 1_000_000n, 1n, false],
  ['a file of a second ago, server behind', -5n * SECOND, SECOND, 1n, true],
  ['a file of a second ago, server ahead', 5n * SECOND, SECOND, 1n, true],
  ['a file of a second ago, where times are whole seconds', 0n, SECOND, SECOND, false],
  ['a file of four seconds ago, where times are whole seconds', 0n, 4n * SECOND, SECOND, true],
  ['a file of a second ago, whole seconds, server behind', -7n * SECOND, SECOND, SECOND, false],
])('%s', (_, skew, ago, tick, settled) => {
  const written = ns + skew - ago;
  const coarse = written - (written % tick);
  expect(isSettled(stat(coarse), openClock('store', instruments(skew)).at(NOW, STORE, 'store'))).toBe(settled);
});

test('two edits within one tick of a coarse clock are never taken for one, whenever the look at the first of them came', () => {
  const clock = openClock('store', instruments(0n));
  // The file is looked at at t1, after an edit in the same tick; a second edit follows up to the end of the tick.
  for (let edit = 0n; edit < 20n; edit++) {
    for (let look = edit; look < 20n; look++) {
      const at = (tenths: bigint) => ns - (ns % SECOND) + (tenths * SECOND) / 10n;
      const stamped = at(edit) - (at(edit) % SECOND);
      const now = clock.at(Number(at(look) / 1_000_000n), STORE, 'store');
      const secondEditCouldLookTheSame = at(look) - (at(look) % SECOND) === stamped;
      if (secondEditCouldLookTheSame) expect(isSettled(stat(stamped), now)).toBe(false);
    }
  }
});

test('the offset of a real folder is within a second, and a read-only one has none', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'clock-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const offset = clockOffset(folder)!;
  expect(offset > -SECOND && offset < SECOND).toBe(true);
  expect(clockOffset(path.join(folder, 'nowhere'))).toBeUndefined();
  writeFileSync(path.join(folder, 'old'), '');
  utimesSync(path.join(folder, 'old'), 1, 1);
  const { dev, mtimeNs } = statSync(path.join(folder, 'old'), { bigint: true });
  expect(mtimeNs < openClock(folder).at(Date.now(), dev, folder)).toBe(true);
});
