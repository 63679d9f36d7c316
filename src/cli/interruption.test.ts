import { expect, test } from 'vitest';
import { listenForInterruption } from './interruption.ts';
import type { Launcher } from './launchers.ts';

function listen(hangUpIgnored = false) {
  const heard = { messages: [] as string[], killed: [] as number[] };
  let now = 0;
  let endLauncher: (launcher: Launcher) => void = () => undefined;
  const interruption = listenForInterruption({
    message: (text) => heard.messages.push(text),
    killNow: (code) => heard.killed.push(code),
    now: () => now,
    hangUpIgnored,
    onLauncherEnd: (onEnd) => {
      endLauncher = onEnd;
      return () => undefined;
    },
  });
  return {
    interruption,
    heard,
    wait: (ms: number) => (now += ms),
    endLauncher: () => {
      endLauncher({ pid: 7, started: '1', name: 'npm exec pipeline run' });
    },
  };
}

test('the first Ctrl-C asks to stop, the second ends at once', () => {
  const { interruption, heard, wait } = listen();
  process.emit('SIGINT', 'SIGINT');
  expect(interruption.signal.aborted).toBe(true);
  expect(interruption.code()).toBe(130);
  expect(heard.messages).toHaveLength(1);
  wait(2000);
  process.emit('SIGINT', 'SIGINT');
  expect(heard.killed).toEqual([130]);
  interruption.stopListening();
});

test('one Ctrl-C that npx passes on as well is one Ctrl-C', () => {
  const { interruption, heard, wait } = listen();
  process.emit('SIGINT', 'SIGINT');
  wait(20);
  process.emit('SIGINT', 'SIGINT');
  expect(heard.killed).toEqual([]);
  interruption.stopListening();
});

test('SIGTERM answers with 143, and nobody listens after the run', () => {
  const before = process.listenerCount('SIGTERM');
  const { interruption } = listen();
  process.emit('SIGTERM', 'SIGTERM');
  expect(interruption.code()).toBe(143);
  interruption.stopListening();
  expect(process.listenerCount('SIGTERM')).toBe(before);
});

test('the end of the terminal answers with 129; where it is to be ignored, nobody listens to it', () => {
  const before = process.listenerCount('SIGHUP');
  const ignoring = listen(true);
  expect(process.listenerCount('SIGHUP')).toBe(before);
  ignoring.interruption.stopListening();
  const { interruption } = listen();
  process.emit('SIGHUP', 'SIGHUP');
  expect(interruption.code()).toBe(129);
  interruption.stopListening();
});

test('when npx has ended, the run stops as after SIGTERM and says why; a second signal still ends it at once', () => {
  const { interruption, heard, endLauncher, wait } = listen();
  endLauncher();
  expect(interruption.signal.aborted).toBe(true);
  expect(interruption.code()).toBe(143);
  expect(heard.messages).toEqual([expect.stringContaining('"npm exec pipeline run" (process 7)')]);
  wait(2000);
  process.emit('SIGINT', 'SIGINT');
  expect(heard.killed).toEqual([143]);
  interruption.stopListening();
});
