import { expect, test } from 'vitest';
import { listenForInterruption } from './interruption.ts';

function listen() {
  const heard = { messages: [] as string[], killed: [] as number[] };
  let now = 0;
  const interruption = listenForInterruption(
    (text) => heard.messages.push(text),
    (code) => heard.killed.push(code),
    () => now,
  );
  return { interruption, heard, wait: (ms: number) => (now += ms) };
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
