/** The end of a log, for a failure's message. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { last } from '../../util/known.ts';

const LINES = 20;
const BYTES = 64 * 1024;
const LONGEST = 2000;

/** The last lines as a terminal would have shown them: of a progress bar that overwrites itself, the last state. */
export function logTail(file: string): string[] {
  if (!existsSync(file)) return []; // the disk may be full
  const { text, whole } = lastBytes(file);
  const lines = text.split('\n').map((line) => last(line.trimEnd().split('\r')));
  if (lines.at(-1) === '') lines.pop();
  if (!whole) lines.shift(); // it may begin in the middle
  return lines.slice(-LINES).map((line) => (line.length > LONGEST ? `${line.slice(0, LONGEST)} [...]` : line));
}

function lastBytes(file: string): { readonly text: string; readonly whole: boolean } {
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(0, size - BYTES);
    const bytes = Buffer.alloc(size - start);
    const length = readSync(descriptor, bytes, 0, bytes.length, start);
    return { text: bytes.toString('utf8', 0, length), whole: start === 0 };
  } finally {
    closeSync(descriptor);
  }
}
