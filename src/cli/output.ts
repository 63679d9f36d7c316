/** Standard output and standard error. Output that cannot be written is noted, and never ends the work. */
import { fstatSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { isSystemError, type SystemError } from '../util/system-error.ts';

export interface Output {
  readonly isTerminal: boolean;
  readonly columns: () => number | undefined;
  readonly rows: () => number | undefined;
  readonly write: (text: string) => void;
  /** The first error that lost output for a possible reader. A reader that went away is no such error. */
  readonly fault: () => SystemError | undefined;
  /** Resolves when everything that was written has left this process. */
  readonly flush: () => Promise<void>;
}

/** @param descriptor 1 or 2 */
export function openOutput(descriptor: 1 | 2): Output {
  return isPlainFile(descriptor) ? fileOutput(descriptor) : streamOutput(descriptor);
}

/**
 * A regular file or a device such as /dev/full; a terminal or a pipe needs Node's stream, which waits for a slow
 * reader.
 */
function isPlainFile(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() || (stat.isCharacterDevice() && !isatty(descriptor));
  } catch {
    return false;
  }
}

/** Each text is tried again after an error: a full disk may have free space again. */
function fileOutput(descriptor: number): Output {
  let fault: SystemError | undefined;
  return {
    isTerminal: false,
    columns: () => undefined,
    rows: () => undefined,
    write(text) {
      try {
        const bytes = Buffer.from(text);
        for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        fault ??= error;
      }
    },
    fault: () => fault,
    flush: () => Promise.resolve(),
  };
}

function streamOutput(descriptor: 1 | 2): Output {
  const stream = descriptor === 1 ? process.stdout : process.stderr;
  const isTerminal = isatty(descriptor);
  let open = true;
  let fault: SystemError | undefined;
  stream.on('error', (error) => {
    open = false;
    if (isSystemError(error) && !READER_GONE.includes(error.code)) fault ??= error;
  });
  return {
    isTerminal,
    columns: () => (isTerminal ? stream.columns : undefined),
    rows: () => (isTerminal ? stream.rows : undefined),
    write(text) {
      if (open) stream.write(text);
    },
    fault: () => fault,
    flush: () =>
      new Promise((written) => {
        if (!open) written();
        else
          stream.write('', () => {
            written();
          });
      }),
  };
}

/** `pipeline graph | head`; a terminal that was closed; a stream that Node has ended after either. */
const READER_GONE = ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED'];
