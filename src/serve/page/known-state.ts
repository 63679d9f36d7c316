/** The state as the page knows it: the newest value of each part. */
import type {
  Head,
  InstanceState,
  MachineState,
  News,
  PartKind,
  Parts,
  PictureState,
  RunState,
  SeriesPiece,
  Study,
  Update,
} from '../state.ts';

export type Point = readonly [step: number, value: number];

export interface KnownSeries {
  readonly study: number;
  readonly instance: string;
  readonly metric: string;
  readonly points: readonly Point[];
}

export class KnownState {
  head: Head | undefined;
  machine: MachineState | undefined;
  readonly studies = new Map<string, Study>();
  readonly instances = new Map<string, InstanceState>();
  readonly runs = new Map<string, RunState>();
  readonly series = new Map<string, KnownSeries>();
  readonly pictures = new Map<string, PictureState>();
  readonly pages = new Map<string, PictureState>();
  readonly news = new Map<string, News>();

  /** The number of changes of the parts of each kind. A section of one kind is drawn again when its number grows. */
  readonly changes: Record<PartKind, number> = {
    ...{ head: 0, machine: 0, study: 0, instance: 0, run: 0, series: 0, picture: 0, page: 0, news: 0 },
  };

  /** A part of an unknown kind is of a later version, and is skipped. */
  readonly #setters: { readonly [Kind in PartKind]: (value: Parts[Kind] | null, key: string) => void } = {
    head: (value) => {
      this.head = value ?? undefined;
    },
    machine: (value) => {
      this.machine = value ?? undefined;
    },
    study: putInto(this.studies),
    instance: putInto(this.instances),
    run: putInto(this.runs),
    picture: putInto(this.pictures),
    page: putInto(this.pages),
    news: putInto(this.news),
    series: (value, key) => {
      putInto(this.series)(value === null ? null : this.#continued(key, value), key);
    },
  };

  /** @param kind `state`: it is everything; `change`: it is what has changed */
  apply(kind: 'state' | 'change', { parts }: Update): void {
    if (kind === 'state') this.#forget();
    for (const [key, value] of Object.entries(parts)) {
      const setters: Readonly<Record<string, ((value: never, key: string) => void) | undefined>> = this.#setters;
      const kind = key.split('/', 1)[0] as PartKind;
      setters[kind]?.(value as never, key);
      this.changes[kind]++;
    }
  }

  #forget(): void {
    this.head = this.machine = undefined;
    for (const map of [this.studies, this.instances, this.runs, this.series, this.pictures, this.pages, this.news])
      map.clear();
  }

  #continued(key: string, { study, instance, metric, from, points }: SeriesPiece): KnownSeries {
    const before = this.series.get(key)?.points.slice(0, from) ?? [];
    return { study, instance, metric, points: [...before, ...points] };
  }
}

const putInto =
  <Value>(map: Map<string, Value>) =>
  (value: Value | null, key: string): void => {
    if (value === null) map.delete(key);
    else map.set(key, value);
  };
