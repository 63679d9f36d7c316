/** The interface of renderers: one source of events, several renderers. */
import type { RunEvent } from '../../runner/event.ts';
import type { Terminal } from '../terminal.ts';

export interface Renderer {
  handle(event: RunEvent): void;
  /** A message that is not an event of the run, such as "Stopping ...". */
  message(text: string): void;
  /** Removes the redrawn lines for good, because the process is about to end. */
  clear(): void;
  /** Leaves the terminal in order and, after the run has finished, prints its end. Nothing is written after it. */
  close(): Promise<void>;
}

export interface View {
  readonly terminal: Terminal;
  /** Shows an absolute path the way the user would type it. */
  readonly path: (absolute: string) => string;
  /** The command line that runs one instance again. */
  readonly rerun: (id: string) => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export const progressModes = ['auto', 'live', 'plain', 'quiet'] as const;
export type ProgressMode = (typeof progressModes)[number];
