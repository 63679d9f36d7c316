/** Failures in full and one closing line; nothing else. */
import type { RunSummary } from '../../formats/events.ts';
import type { RunEvent } from '../../runner/event.ts';
import { RunTable } from './run-table.ts';
import type { Renderer, View } from './renderer.ts';
import { totalsText, writeUnpublished } from './totals.ts';

export class QuietRenderer implements Renderer {
  readonly #view: View;
  readonly #outcomes = new RunTable();

  #summary: RunSummary | undefined;

  constructor(view: View) {
    this.#view = view;
  }

  handle(event: RunEvent): void {
    this.#outcomes.handle(event);
    if (event.type === 'finished') this.#summary = event.summary;
  }

  message(text: string): void {
    this.#view.terminal.messages.write(`${text}\n`);
  }

  clear(): void {
    // nothing is redrawn
  }

  async close(): Promise<void> {
    if (this.#summary === undefined) return;
    if (this.#outcomes.failed.length > 0) (await import('./closing.ts')).writeFailures(this.#outcomes, this.#view);
    this.#view.terminal.results.write(`${totalsText(this.#summary)}\n`);
    writeUnpublished(this.#summary, this.#view.terminal.results);
  }
}
