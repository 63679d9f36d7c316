import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  addTask,
  allocationPath,
  closeAllocation,
  parseTaskName,
  readAllocations,
  removeTask,
  taskName,
  tasksIn,
  writeAllocation,
  type Allocation,
} from './allocation-folder.ts';

const ID = '0123456789';
const ALLOCATION: Allocation = {
  ...{ format: 1, id: ID, name: `pretext-${ID}`, graceSeconds: 120, clusters: [], words: ['--nodes=1'] },
  size: { nodes: 1, cpu: 4, memory: undefined, gpu: 0 },
};

async function store(): Promise<string> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'allocation-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  await writeAllocation(folder, ALLOCATION);
  return folder;
}

test('an allocation is found again, with its tasks', async () => {
  const folder = await store();
  expect(readAllocations(folder)).toEqual([{ ...ALLOCATION, size: { nodes: 1, cpu: 4, gpu: 0 } }]);
  const task = taskName('abcdef0123', 12);
  expect(addTask(folder, ID, task)).toBe(true);
  expect(tasksIn(allocationPath(folder, ID))).toEqual([task]);
  expect(parseTaskName(task)).toEqual({ submission: 'abcdef0123', index: 12 });
});

test('an allocation with a task does not end; one that has ended takes no task, and nothing is left of it', async () => {
  const folder = await store();
  const task = taskName('abcdef0123', 0);
  addTask(folder, ID, task);
  expect(closeAllocation(folder, ID)).toBe(false);
  removeTask(allocationPath(folder, ID), task);
  expect(closeAllocation(folder, ID)).toBe(true);
  expect(addTask(folder, ID, task)).toBe(false);
  expect(existsSync(`${allocationPath(folder, ID)}.over`)).toBe(false);
  expect(readAllocations(folder)).toEqual([]);
});
