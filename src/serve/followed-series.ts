/** The series of metrics of one instance: followed while it runs, and read from the store when it is done. */
import { LineTail } from '../util/line-tail.ts';
import { isSession, parseSeries, parseSeriesLine } from '../runner/series/read-series.ts';
import { seriesFile, type MetricPoint } from '../runner/series/series-file.ts';
import { Series } from './series.ts';
import type { VersionedParts } from './versioned-parts.ts';

export class FollowedSeries {
  readonly #parts: VersionedParts;
  readonly #study: number;
  readonly #instance: string;
  readonly #series = new Map<string, Series>();
  #tail: { readonly fingerprint: string; readonly lines: LineTail } | undefined;

  constructor(parts: VersionedParts, study: number, instance: string) {
    this.#parts = parts;
    this.#study = study;
    this.#instance = instance;
  }

  /** Reads what was added since the last call to the series of an execution at work, or of one that did not succeed. */
  follow(storeFolder: string, fingerprint: string): void {
    if (this.#tail?.fingerprint !== fingerprint) {
      this.#clear();
      this.#tail = { fingerprint, lines: new LineTail(seriesFile(storeFolder, fingerprint)) };
    }
    const version = this.#parts.version + 1;
    let grew = false;
    for (const line of this.#tail.lines.read()) grew = this.#take(line, version) || grew;
    if (grew) this.#parts.grow();
  }

  /** @param text the series that is kept with a result */
  replace(text: string): void {
    this.#clear();
    const version = this.#parts.grow();
    for (const points of parseSeries(text).values()) for (const point of points) this.#add(point, version);
  }

  drop(): void {
    for (const metric of this.#series.keys()) this.#parts.drop(this.#key(metric));
    this.#series.clear();
  }

  #take(line: string, version: number): boolean {
    const value = parseSeriesLine(line);
    if (value === undefined) return false;
    if (isSession(value)) {
      if (!value.resumed) for (const series of this.#series.values()) series.clear(version);
      return true;
    }
    return this.#add(value, version);
  }

  /** Only numbers make a curve. */
  #add({ name, value, step }: MetricPoint, version: number): boolean {
    if (typeof value !== 'number') return false;
    const series = this.#series.get(name) ?? this.#begin(name);
    series.add(step ?? series.reports + 1, value, version);
    return true;
  }

  #begin(metric: string): Series {
    const series = new Series();
    this.#series.set(metric, series);
    this.#parts.addSeries(this.#key(metric), series, { study: this.#study, instance: this.#instance, metric });
    return series;
  }

  #clear(): void {
    const version = this.#parts.grow();
    for (const series of this.#series.values()) series.clear(version);
  }

  #key(metric: string): string {
    return `series/${this.#study}/${this.#instance}/${metric}`;
  }
}
