/** The points that count in the text of a series. */
import type { MetricPoint, Session } from './series-file.ts';

/** The points of each metric in the order of their reports, by name. */
export function parseSeries(text: string): ReadonlyMap<string, readonly MetricPoint[]> {
  const series = new Map<string, MetricPoint[]>();
  for (const point of parsePoints(text)) {
    const known = series.get(point.name);
    if (known === undefined) series.set(point.name, [point]);
    else known.push(point);
  }
  return series;
}

/**
 * All points in the order of their reports. Lines that are no points are skipped. An attempt that begins anew makes all
 * points before it void. An attempt that resumes repeats the steps since its checkpoint: its points take the place of
 * those that have the same name and its step, or a later one.
 */
export function parsePoints(text: string): readonly MetricPoint[] {
  const metrics = new Map<string, MetricHistory>();
  let count = 0;
  for (const line of text.split('\n')) {
    const value = parseSeriesLine(line);
    if (value === undefined) continue;
    if (isSession(value)) {
      if (!value.resumed) metrics.clear();
      for (const history of metrics.values()) history.beginSession();
    } else {
      const history = metrics.get(value.name) ?? new MetricHistory();
      metrics.set(value.name, history);
      history.add(value, count++);
    }
  }
  const found = [...metrics.values()].flatMap((history) => history.points);
  return found.sort((a, b) => a.order - b.order).map(({ point }) => point);
}

interface Ordered {
  readonly point: MetricPoint;
  readonly order: number;
}

/** The points of one metric: those of earlier sessions, and those of the present one. */
class MetricHistory {
  #before: Ordered[] = [];
  #now: Ordered[] = [];
  /** The greatest step of an earlier session. */
  #lastStep = -Infinity;
  /** Points of earlier sessions without a step. A job's messages may be read a second time, by another runner. */
  #stepless = new Set<string>();

  get points(): readonly Ordered[] {
    return [...this.#before, ...this.#now];
  }

  beginSession(): void {
    this.#before = [...this.#before, ...this.#now];
    for (const { point } of this.#now) {
      if (point.step === undefined) this.#stepless.add(keyOf(point));
      else this.#lastStep = Math.max(this.#lastStep, point.step);
    }
    this.#now = [];
  }

  add(point: MetricPoint, order: number): void {
    const { step } = point;
    if (step === undefined && this.#stepless.has(keyOf(point))) return;
    if (step !== undefined && step <= this.#lastStep) {
      this.#before = this.#before.filter(({ point: { step: before } }) => before === undefined || before < step);
      this.#lastStep = this.#before.reduce((last, each) => Math.max(last, each.point.step ?? -Infinity), -Infinity);
    }
    this.#now.push({ point, order });
  }
}

const keyOf = ({ time, value }: MetricPoint): string => `${time} ${JSON.stringify(value)}`;

/** Undefined: it is neither; a kill has cut it, for example. */
export function parseSeriesLine(line: string): Session | MetricPoint | undefined {
  if (line === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return undefined;
    return isSession(value) || isPoint(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export const isSession = (value: object): value is Session => 'session' in value && typeof value.session === 'string';

function isPoint(value: object): value is MetricPoint {
  const { name, step, time } = value as Readonly<Record<string, unknown>>;
  const hasStep = step === undefined || typeof step === 'number';
  return typeof name === 'string' && 'value' in value && hasStep && typeof time === 'number';
}
