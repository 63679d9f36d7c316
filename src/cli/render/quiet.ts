/** Failures in full and one closing line; nothing else. */
import type { RunEvent } from '../../runner/event.ts';
import { totalsText, writeFailures } from './closing.ts';
import { Outcomes } from './outcomes.ts';
import type { Renderer, View } from './renderer.ts';

export class QuietRenderer implements Renderer {
  readonly #view: View;
  readonly #outcomes = new Outcomes();

  constructor(view: View) {
    this.#view = view;
  }

  handle(event: RunEvent): void {
    this.#outcomes.handle(event);
    if (event.type !== 'finished') return;
    writeFailures(this.#outcomes, this.#view);
    this.#view.terminal.results.write(`${totalsText(event.summary)}\n`);
  }

  message(text: string): void {
    this.#view.terminal.messages.write(`${text}\n`);
  }

  close(): void {
    // Nothing is held open.
  }
}
