/** The messages of a stage so far: passed on as events, and kept for the record of its result. */
import type { Message } from '../../stage/protocol.ts';
import type { Json } from '../../util/json.ts';
import type { RunEvent } from '../event.ts';
import type { MetricSink } from '../series/series-file.ts';
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
  readonly #attempt: number;
  readonly #sinks: readonly MetricSink[];

  /** @param sinks receive every value of every metric; the caller closes them */
  constructor(
    id: InstanceId,
    emit: (event: RunEvent) => void,
    attempt: { readonly number: number; readonly resumed: boolean },
    sinks: readonly MetricSink[],
  ) {
    this.#id = id;
    this.#emit = emit;
    this.#attempt = attempt.number;
    this.#sinks = sinks;
    this.#begin(attempt.resumed);
  }

  /** The stage begins again: its result has the messages from here on. */
  forget(): void {
    this.done = false;
    this.error = undefined;
    this.peakMemoryBytes = undefined;
    this.notes = {};
    this.metrics = {};
    this.warnings = [];
    this.#begin(true);
  }

  #begin(resumed: boolean): void {
    const session = { session: new Date().toISOString(), attempt: this.#attempt, resumed };
    for (const sink of this.#sinks) sink.begin(session);
  }

  collect(message: Message): void {
    const id = this.#id;
    switch (message.type) {
      case 'progress':
        this.#emit({ ...message, id });
        return;
      case 'metric':
        this.#collectMetric(message);
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
  /** Lines of `--json` have a time of their own. */
  #collectMetric({ time = Date.now(), ...message }: Extract<Message, { type: 'metric' }>): void {
    const { type, ...reported } = message;
    this.metrics[message.name] = message.value;
    for (const sink of this.#sinks) sink.add({ ...reported, time });
    this.#emit({ type, ...reported, id: this.#id });
  }
}
