import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { processStatus } from './process-status.ts';

test.skipIf(process.platform !== 'linux')(
  'a command with spaces and parentheses in its name is read like any other',
  async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'process-'));
    const command = path.join(folder, 'a) Z 1 (b');
    copyFileSync('/bin/sleep', command);
    const child = spawn(command, ['600'], { detached: true });
    onTestFinished(() => {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    });
    await new Promise((resolve) => child.once('spawn', resolve));
    const status = processStatus(child.pid!)!;
    expect(status).toMatchObject({ group: child.pid, session: child.pid });
    expect('SRD').toContain(status.state);
    expect(Number(status.started)).toBeGreaterThanOrEqual(Number(processStatus(process.pid)!.started));
  },
);

test('where there is no process, there is no status', () => {
  expect(processStatus(2 ** 30)).toBeUndefined();
});
