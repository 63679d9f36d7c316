/**
 * For a person at a terminal: a line for each running instance and one with the totals, redrawn in place at the bottom;
 * everything worth keeping scrolls by above. It owns the terminal as long as it runs, and uses no alternate screen, so
 * that history and selection stay as they are.
 */
import type { RunEvent } from '../../runner/event.ts';
import type { RunSummary } from '../../formats/events.ts';
import type { InstanceId } from '../../formats/identity.ts';
import { duration } from '../text/duration.ts';
import { truncate, width } from '../text/width.ts';
import { writeEnd } from './end.ts';
import { eventLine } from './event-line.ts';
import { Meter } from './meter.ts';
import { RunTable } from './run-table.ts';
import type { Renderer, View } from './renderer.ts';
import { at } from '../../util/known.ts';

const REDRAW_MS = 125;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

export class LiveRenderer implements Renderer {
  readonly #view: View;
  readonly #outcomes = new RunTable();
  readonly #running = new Map<InstanceId, Meter>();
  readonly #began: number;
  #summary: RunSummary | undefined;
  #redraw: NodeJS.Timeout | undefined;
  /** Widths of the lines on the screen; a line wider than the terminal has become by now takes several rows. */
  #drawn: readonly number[] = [];

  constructor(view: View) {
    this.#view = view;
    this.#began = view.now();
  }

  handle(event: RunEvent): void {
    this.#outcomes.handle(event);
    this.#follow(event);
    if (event.type === 'finished') this.#summary = event.summary;
    const { terminal, path } = this.#view;
    // The line below shows that it runs; only an unusual start gets a permanent line.
    if (event.type === 'started' && event.attempt === 1 && !event.resumed) return;
    const line = eventLine(event, terminal.messages.colors, path);
    if (line !== undefined) this.message(line);
  }

  message(text: string): void {
    this.#erase();
    this.#view.terminal.messages.write(`${text}\n`);
    if (this.#redraw !== undefined) this.#draw();
  }

  clear(): void {
    clearInterval(this.#redraw);
    this.#redraw = undefined;
    this.#erase();
  }

  async close(): Promise<void> {
    this.clear();
    if (this.#summary !== undefined) await writeEnd(this.#summary, this.#outcomes, this.#view);
  }

  #follow(event: RunEvent): void {
    switch (event.type) {
      case 'started':
        this.#running.set(event.id, new Meter(this.#view.now()));
        this.#redraw ??= setInterval(() => {
          this.#erase();
          this.#draw();
        }, REDRAW_MS).unref();
        return;
      case 'progress':
        this.#running.get(event.id)?.progress(event, this.#view.now());
        return;
      case 'metric':
        this.#running.get(event.id)?.metric(event.name, event.value);
        return;
      case 'succeeded':
      case 'failed':
      case 'retrying':
      case 'interrupted':
      case 'submitted':
        this.#running.delete(event.id);
        return;
      default:
    }
  }

  #draw(): void {
    const { messages } = this.#view.terminal;
    const cells = (messages.columns() ?? DEFAULT_COLUMNS) - 1;
    const lines = [...this.#runningLines(), this.#totals()].map((line) => truncate(line, cells));
    messages.write(`${lines.join('\n')}\n`);
    this.#drawn = lines.map(width);
  }

  #erase(): void {
    if (this.#drawn.length === 0) return;
    const { messages } = this.#view.terminal;
    const columns = messages.columns() ?? DEFAULT_COLUMNS;
    const rows = this.#drawn.reduce((sum, cells) => sum + Math.max(1, Math.ceil(cells / columns)), 0);
    // To the first column of the first line, because the terminal may have echoed ^C; then clear to the end of the
    // screen.
    messages.write(`\u001B[${rows}F\u001B[0J`);
    this.#drawn = [];
  }

  #runningLines(): string[] {
    const now = this.#view.now();
    const frame = at(FRAMES, Math.floor((now - this.#began) / REDRAW_MS) % FRAMES.length);
    const lines = [...this.#running].map(([id, meter]) => `${frame} ${id}  ${meter.text(now)}`);
    // Lines that do not fit on the screen could not be erased.
    const most = Math.max(1, (this.#view.terminal.messages.rows() ?? DEFAULT_ROWS) - 3);
    return lines.length <= most ? lines : [...lines.slice(0, most), `  and ${lines.length - most} more`];
  }

  #totals(): string {
    const done = this.#outcomes.count('done');
    const parts = [
      `${this.#running.size} running`,
      `${done} done`,
      ...(this.#outcomes.failed.length > 0 ? [`${this.#outcomes.failed.length} failed`] : []),
      `${this.#outcomes.fresh + this.#outcomes.count('restored')} up to date`,
      `${this.#outcomes.left - this.#running.size} left`,
      duration((this.#view.now() - this.#began) / 1000),
    ];
    return parts.join(' · ');
  }
}
