/** The progress, speed and remaining time of one running instance. */
import type { RunEvent } from '../../runner/event.ts';
import { duration } from '../text/duration.ts';

type Progress = Extract<RunEvent, { type: 'progress' }>;

export class Meter {
  readonly #started: number;
  /** The first report includes the work before a checkpoint, so speed is measured from there. */
  #first: { readonly done: number; readonly at: number } | undefined;
  #latest: { readonly report: Progress; readonly at: number } | undefined;
  #metric: string | undefined;

  /** @param started milliseconds */
  constructor(started: number) {
    this.#started = started;
  }

  progress(report: Progress, now: number): void {
    // A report without a total, such as of a job in the queue, says nothing about the speed.
    if (report.total !== undefined) this.#first ??= { done: report.done, at: now };
    this.#latest = { report, at: now };
  }

  metric(name: string, value: unknown): void {
    if (typeof value === 'number') this.#metric = `${name} ${Number(value.toPrecision(4))}`;
  }

  /** `41/100 epochs  augmenting  loss 4.812  12m 04s  eta 17m 00s`, without unknown parts. */
  text(now: number): string {
    const report = this.#latest?.report;
    const left = this.#secondsLeft(now);
    const parts = [
      report &&
        !(report.done === 0 && report.total === undefined && report.note !== undefined) &&
        `${report.done}${report.total === undefined ? '' : `/${report.total}`}${report.unit === undefined ? '' : ` ${report.unit}`}`,
      report?.note,
      this.#metric,
      duration((now - this.#started) / 1000),
      left === undefined ? undefined : `eta ${duration(left)}`,
    ];
    return parts.filter((part) => part !== undefined && part !== '' && part !== false).join('  ');
  }

  #secondsLeft(now: number): number | undefined {
    const first = this.#first;
    const latest = this.#latest;
    if (!first || latest?.report.total === undefined || latest.report.done <= first.done) return undefined;
    const perUnit = (latest.at - first.at) / (latest.report.done - first.done);
    const atReport = perUnit * (latest.report.total - latest.report.done);
    return Math.max(0, atReport - (now - latest.at)) / 1000;
  }
}
