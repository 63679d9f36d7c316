/** The messages of a stage so far: passed on as events, and kept for the record of its result. */
import type { Message } from '../../stage/protocol.ts';
import type { Json } from '../../util/json.ts';
import type { RunEvent } from '../event.ts';
import type { InstanceId } from '../../formats/identity.ts';

/** A stage with more warnings warns about every step; the log has all of them. */
const MOST_WARNINGS = 1000;

export class MessageCollector {
  /** Its default export returned. */
  done = false;
  /** The error that it threw. */
  error: string | undefined;
  peakMemoryBytes: number | undefined;
  notes: Record<string, Json> = {};
  metrics: Record<string, Json> = {};
  warnings: string[] = [];
  readonly #id: InstanceId;
  readonly #emit: (event: RunEvent) => void;

  constructor(id: InstanceId, emit: (event: RunEvent) => void) {
    this.#id = id;
    this.#emit = emit;
  }

  /** The stage begins again: its result has the messages from here on. */
  forget(): void {
    this.done = false;
    this.error = undefined;
    this.peakMemoryBytes = undefined;
    this.notes = {};
    this.metrics = {};
    this.warnings = [];
  }

  collect(message: Message): void {
    const id = this.#id;
    switch (message.type) {
      case 'progress':
        this.#emit({ ...message, id });
        return;
      case 'metric':
        this.metrics[message.name] = message.value;
        this.#emit({ ...message, id });
        return;
      case 'warning':
        if (this.warnings.length < MOST_WARNINGS) this.warnings.push(message.message);
        this.#emit({ ...message, id });
        return;
      case 'record':
        Object.assign(this.notes, message.notes);
        return;
      case 'usage':
        this.peakMemoryBytes = message.peakMemoryBytes;
        return;
      case 'done':
        this.done = true;
        return;
      case 'failed':
        this.error = message.message;
    }
  }
}
