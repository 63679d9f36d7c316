/** For programs: one JSON object per event and line on standard output; see schema/events.schema.json. */
import type { RunEvent } from '../../runner/event.ts';
import { planDocument } from '../plan-document.ts';
import type { Renderer, View } from './renderer.ts';

const VERSION = 1;

export class JsonRenderer implements Renderer {
  readonly #view: View;
  #sequence = 0;

  constructor(view: View) {
    this.#view = view;
  }

  handle(event: RunEvent): void {
    const body = event.type === 'plan' ? { type: 'plan', ...planDocument(event.plan) } : event;
    const time = new Date(this.#view.now()).toISOString();
    this.#view.terminal.results.write(`${JSON.stringify({ v: VERSION, seq: this.#sequence++, time, ...body })}\n`);
  }

  message(text: string): void {
    this.#view.terminal.messages.write(`${text}\n`);
  }

  clear(): void {
    // nothing is redrawn
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
