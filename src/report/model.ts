/** The cells of a study (start times pre-training), in words, and how charts tell them apart. */
import type { Evaluation } from '../formats/evaluation.ts';

export interface ModelWords {
  /** `M2` */
  readonly name: string;
  /** `random + SimCLR` */
  readonly start: string;
  /** Class in the style sheet: one of six colors that stay apart for color-blind readers, in light and in dark. */
  readonly color: string;
  readonly marker: Marker;
}

export const MARKERS = ['circle', 'square', 'triangle', 'diamond', 'cross', 'wedge'] as const;
export type Marker = (typeof MARKERS)[number];

export type Cell = Pick<Evaluation['models'][number], 'model' | 'start' | 'pretraining'>;
/** In the order of declaration. */
export type Cells = readonly Cell[];

export const NO_PRETRAINING = 'none';
/** Plain training for as many epochs more as pre-training had. */
export const LONGER = 'longer';

const METHODS: Readonly<Record<string, string>> = {
  simclr: 'SimCLR',
  simsiam: 'SimSiam',
  byol: 'BYOL',
  moco: 'MoCo v2',
  swav: 'SwAV',
  supcon: 'SupCon',
};

/** More cells than colors: charts are drawn for each start, and looks tell pre-trainings apart. */
const MOST_LOOKS = MARKERS.length;

/** `cells`: all cells of the study. */
export function modelWords(model: string, cells: Cells): ModelWords {
  const cell = cells.find((each) => each.model === model);
  if (cell === undefined) return { name: model, start: model, ...lookOf(0) };
  const start = cellWords(cell);
  return {
    name: isDefaultName(cell) ? start : model,
    start,
    ...lookOf(isFaceted(cells) ? pretrainingsOf(cells).indexOf(cell.pretraining) : cells.indexOf(cell)),
  };
}

/** `random`, `random + longer training`, `random + SimCLR`. */
export function cellWords({ start, pretraining }: Omit<Cell, 'model'>): string {
  if (pretraining === NO_PRETRAINING) return start;
  return pretraining === LONGER ? `${start} + longer training` : `${start} + ${methodName(pretraining)}`;
}

export function methodName(pretraining: string): string {
  return METHODS[pretraining] ?? pretraining;
}

export function fullName({ name, start }: Pick<ModelWords, 'name' | 'start'>): string {
  return name === start ? name : `${name} (${start})`;
}

/** Pre-training runs look like the model that they lead to. */
export function startWords(start: string, method: string, cells: Cells): ModelWords {
  const ofStart = cells.filter((cell) => cell.start === start);
  const cell = ofStart.find(({ pretraining }) => pretraining === method) ?? ofStart.at(-1);
  return { ...modelWords(cell?.model ?? start, cells), name: start, start };
}

export interface Facet {
  /** Null: one chart shows all cells. */
  readonly title: string | null;
  readonly models: readonly string[];
}

/** One chart for all cells if there are at most six, one for each start otherwise. */
export function facetsOf(cells: Cells): Facet[] {
  if (!isFaceted(cells)) return [{ title: null, models: cells.map(({ model }) => model) }];
  const starts = [...new Set(cells.map(({ start }) => start))];
  return starts.map((title) => ({
    title,
    models: cells.filter(({ start }) => start === title).map(({ model }) => model),
  }));
}

const isFaceted = (cells: Cells): boolean => cells.length > MOST_LOOKS;

const pretrainingsOf = (cells: Cells): string[] => [...new Set(cells.map(({ pretraining }) => pretraining))];

/** The name that `evaluate` gives to a cell without a label. */
function isDefaultName({ model, start, pretraining }: Cell): boolean {
  return model === (pretraining === NO_PRETRAINING ? start : `${start} + ${pretraining}`);
}

function lookOf(position: number): Pick<ModelWords, 'color' | 'marker'> {
  const place = position % MOST_LOOKS;
  return { color: `series-${place}`, marker: MARKERS[place] ?? 'circle' };
}
