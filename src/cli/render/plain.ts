/** For logs, pipes and CI: one line per event, and one per minute for running instances. */
import type { RunEvent } from '../../runner/event.ts';
import type { RunSummary } from '../../formats/events.ts';
import type { InstanceId } from '../../formats/identity.ts';
import { writeEnd } from './end.ts';
import { eventLine } from './event-line.ts';
import { Meter } from './meter.ts';
import { RunTable } from './run-table.ts';
import type { Renderer, View } from './renderer.ts';

const HEARTBEAT_MS = 60_000;

export class PlainRenderer implements Renderer {
  readonly #view: View;
  readonly #outcomes = new RunTable();
  #summary: RunSummary | undefined;
  readonly #running = new Map<InstanceId, { readonly meter: Meter; readonly heartbeat: NodeJS.Timeout }>();

  constructor(view: View) {
    this.#view = view;
  }

  handle(event: RunEvent): void {
    this.#outcomes.handle(event);
    this.#follow(event);
    if (event.type === 'finished') this.#summary = event.summary;
    const { terminal, path } = this.#view;
    const line = eventLine(event, terminal.messages.colors, path);
    if (line !== undefined) this.message(line);
  }

  message(text: string): void {
    this.#view.terminal.messages.write(`${clock(this.#view.now())}  ${text}\n`);
  }

  clear(): void {
    for (const id of [...this.#running.keys()]) this.#stop(id);
  }

  async close(): Promise<void> {
    this.clear();
    if (this.#summary !== undefined) await writeEnd(this.#summary, this.#outcomes, this.#view);
  }

  #follow(event: RunEvent): void {
    switch (event.type) {
      case 'started':
        this.#start(event.id);
        return;
      case 'progress':
        this.#running.get(event.id)?.meter.progress(event, this.#view.now());
        return;
      case 'metric':
        this.#running.get(event.id)?.meter.metric(event.name, event.value);
        return;
      case 'succeeded':
      case 'failed':
      case 'retrying':
      case 'interrupted':
      case 'submitted':
        this.#stop(event.id);
        return;
      default:
    }
  }

  #start(id: InstanceId): void {
    this.#stop(id);
    const meter = new Meter(this.#view.now());
    const heartbeat = setInterval(() => {
      this.message(`running  ${id}  ${meter.text(this.#view.now())}`);
    }, HEARTBEAT_MS).unref();
    this.#running.set(id, { meter, heartbeat });
  }

  #stop(id: InstanceId): void {
    clearInterval(this.#running.get(id)?.heartbeat);
    this.#running.delete(id);
  }
}

/** Local time of day. */
function clock(now: number): string {
  const date = new Date(now);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
}
