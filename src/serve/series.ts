/** The points of one metric as a curve needs them: a bounded number, evenly thinned out. */

type Point = readonly [step: number, value: number];

/** More than a curve has pixels. */
const MOST = 600;

export class Series {
  #points: Point[] = [];
  /** The version in which each point was added. */
  #versions: number[] = [];
  /** In that version, points that were told before were changed or removed. */
  #changed = 0;
  /** One of so many points is kept. */
  #stride = 1;
  #seen = 0;

  /** A step that is not greater than the last one takes the place of all from there on: a resumed training. */
  add(step: number, value: number, version: number): void {
    const last = this.#points.at(-1);
    if (last !== undefined && step <= last[0]) {
      const kept = this.#points.findIndex(([before]) => before >= step);
      this.#points.length = this.#versions.length = kept;
      this.#changed = version;
    }
    if (this.#seen++ % this.#stride !== 0) return;
    this.#points.push([step, value]);
    this.#versions.push(version);
    if (this.#points.length > MOST) this.#thinOut(version);
  }

  clear(version: number): void {
    [this.#points, this.#versions, this.#changed, this.#stride, this.#seen] = [[], [], version, 1, 0];
  }

  /** The number of points that have come. */
  get reports(): number {
    return this.#seen;
  }

  /** Undefined: nothing has changed since. */
  since(version: number): { from: number; points: readonly Point[] } | undefined {
    if (this.#changed > version) return { from: 0, points: this.#points };
    const from = this.#versions.findIndex((added) => added > version);
    return from === -1 ? undefined : { from, points: this.#points.slice(from) };
  }

  #thinOut(version: number): void {
    const even = (_: unknown, index: number): boolean => index % 2 === 0;
    this.#points = this.#points.filter(even);
    this.#versions = this.#versions.filter(even);
    this.#stride *= 2;
    this.#changed = version;
  }
}
