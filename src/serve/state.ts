/**
 * The state that the server tells the page: parts by key. A part is replaced as a whole, except a series, which is
 * continued. The beginning of a key up to the first `/` says which part it is.
 */
import type { Axes } from '../formats/identity.ts';

export interface Parts {
  readonly head: Head;
  readonly machine: MachineState;
  /** `study/<number>` */
  readonly study: Study;
  /** `instance/<study>/<id>` */
  readonly instance: InstanceState;
  /** `run/<id>` */
  readonly run: RunState;
  /** `series/<study>/<id>/<metric>` */
  readonly series: SeriesPiece;
  /** `picture/<instance>/<number>` */
  readonly picture: PictureState;
  /** `page/<instance>/<number>` */
  readonly page: PictureState;
  /** `news/<number>`, the number with leading zeros */
  readonly news: News;
}

export type PartKind = keyof Parts;

export interface Head {
  readonly host: string;
  readonly version: string;
}

/** A pipeline: the one that the server was started for, or another one that runs on the same store. */
export interface Study {
  readonly number: number;
  readonly name: string;
  /** The pipeline file, relative to its project. */
  readonly file: string;
  /** The server was started for it. */
  readonly isHome: boolean;
  /** Why there is no plan now: a fault of the pipeline file, for example. */
  readonly problem?: string;
  readonly stages: readonly string[];
  /** For a wide and for a narrow page. */
  readonly wide: Drawing;
  readonly tall: Drawing;
}

/** Boxes in the order of the stages. Places are those of centers. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  /** Path data. */
  readonly lines: readonly string[];
  readonly arrows: readonly string[];
}

export const STATUSES = [
  'waiting',
  'running',
  'retrying',
  'elsewhere',
  'done',
  'failed',
  'blocked',
  'stopped',
  'killed',
  'submitted',
] as const;
/**
 * `elsewhere`: a runner whose journal is not here executes it. `stopped`: on request. `killed`: its runner died.
 * `submitted`: its job goes on without a runner.
 */
export type Status = (typeof STATUSES)[number];

/** All times are milliseconds since the epoch, by the clock of the server. */
export interface InstanceState {
  readonly study: number;
  readonly id: string;
  readonly stage: string;
  readonly axes: Axes;
  readonly status: Status;
  /** Start of the present or last attempt. */
  readonly started?: number;
  readonly seconds?: number;
  readonly attempt?: number;
  readonly resumed?: boolean;
  readonly progress?: ProgressState;
  readonly expectedSeconds?: number;
  /** Why it failed, or what it waits for. */
  readonly note?: string;
  readonly run?: string;
}

export interface ProgressState {
  readonly done: number;
  readonly total?: number;
  readonly unit?: string;
  readonly note?: string;
  readonly at: number;
  /** The first report of the attempt: it includes the work before a checkpoint, so speed is measured from there. */
  readonly first: { readonly done: number; readonly at: number };
}

export interface RunState {
  readonly id: string;
  readonly study: number;
  readonly host: string;
  readonly targets: readonly string[];
  readonly started: number;
  /** The last sign of life. */
  readonly heard: number;
  readonly state: 'running' | 'done' | 'failed' | 'interrupted' | 'died';
  readonly seconds?: number;
}

/** The points from number `from` on. Earlier ones are those that were told before. */
export interface SeriesPiece {
  readonly study: number;
  readonly instance: string;
  readonly metric: string;
  readonly from: number;
  /** Step and value. */
  readonly points: readonly (readonly [number, number])[];
}

/** An output that the server shows: `output/<digest>`. */
export interface PictureState {
  readonly study: number;
  readonly instance: string;
  readonly output: string;
  readonly file: string;
  readonly digest: string;
}

export interface News {
  readonly at: number;
  readonly tone: 'plain' | 'good' | 'bad';
  readonly text: string;
}

/** Loads of the last minutes, the newest last; a share of 1. */
export interface MachineState {
  readonly host: string;
  /** Seconds between two values. */
  readonly step: number;
  readonly cpus: number;
  readonly cpu: readonly number[];
  readonly memoryBytes: number;
  readonly memory: readonly number[];
  readonly gpus: readonly GpuState[];
}

export interface GpuState {
  readonly name: string;
  readonly memoryBytes: number;
  readonly load: readonly number[];
  readonly memory: readonly number[];
  readonly celsius?: number;
  readonly watts?: number;
}

/** One message of the stream. `null`: the part is gone. */
export interface Update {
  /** Milliseconds, by the clock of the server. */
  readonly now: number;
  readonly parts: Readonly<Record<string, Parts[PartKind] | null>>;
}

/** An answer to `log?instance=<part key>`. */
export interface LogPiece {
  /** Another name than before: a new attempt, and the text begins it. */
  readonly file: string;
  /** In bytes: where the text begins, and where it ends. */
  readonly from: number;
  readonly to: number;
  readonly text: string;
}
