import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readSaveTimes, SaveWatch, writeSaveTimes } from './save-times.ts';

function temporary(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'saves-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

test('the longest time between two saves is seen, and the time from the signal to the end', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(0);
  onTestFinished(() => {
    now.mockRestore();
  });
  const folder = temporary();
  const watch = new SaveWatch(folder);
  const save = (seconds: number): void => {
    now.mockReturnValue(1000 * seconds);
    writeFileSync(path.join(folder, 'state'), 'x'.repeat(seconds));
    watch.look();
  };
  save(10);
  save(50);
  watch.asked();
  save(57);
  expect(watch.ended('train')).toEqual({ stage: 'train', betweenSaves: 40, stop: 7 });
});

test('a stage without a checkpoint has no times', () => {
  expect(new SaveWatch(temporary()).ended('train')).toBeUndefined();
});

test('the time of a stop is kept until the next one', async () => {
  const store = temporary();
  await writeSaveTimes(store, { stage: 'a/b', betweenSaves: 3, stop: 5 });
  await writeSaveTimes(store, { stage: 'a/b', betweenSaves: 4 });
  expect(readSaveTimes(store)).toEqual([{ stage: 'a/b', betweenSaves: 4, stop: 5 }]);
});
