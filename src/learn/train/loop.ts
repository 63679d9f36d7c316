/** The loop that pre-training and fine-tuning share: feed, run, observe, checkpoint, and report progress. */
import { setImmediate as others } from 'node:timers/promises';
import type { Engine } from '../../tensor/engine.ts';
import type { HostTensor, Tree } from '../../tensor/host-tensor.ts';
import { canonicalJson } from '../../util/canonical-json.ts';
import type { Json } from '../../util/json.ts';
import type { Model } from '../nn/variables.ts';
import { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { at } from '../../util/known.ts';

/** Training that cannot go on. */
export class TrainingError extends Error {
  override name = 'TrainingError';
  readonly isExpected = true;
}

export type HostModel = Model<HostTensor<'float32'>>;

/** A compiled step as the loop sees it. Every output is a scalar. */
export interface CompiledTrainingStep<Inputs> {
  run(inputs: Inputs): Promise<Readonly<Record<string, HostTensor>>>;
  readState(): Promise<Tree<HostTensor>>;
  writeState(state: Tree<HostTensor>): Promise<void>;
}

/** The context in which training is observed, stopped and resumed. A stage is one. */
export interface TrainingContext {
  /** Folder that survives interruption. */
  readonly checkpoint: string;
  readonly signal: AbortSignal;
  progress(state: { done: number; total: number; unit: string; note: string }): void;
  metric(name: string, value: number, step: number): void;
  warn(text: string): void;
  /** Adds to the provenance of the result. */
  record(notes: Readonly<Record<string, string>>): void;
}

export interface Training<Inputs, Row extends Json> {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly imagesPerStep: number;
  readonly step: CompiledTrainingStep<Inputs>;
  /** The engine that computes the step. A resume on another one is told. */
  readonly engine: Engine['description'];
  /**
   * The inputs of the step. They depend on the arguments alone, so that a resumed run gets the same inputs as an
   * uninterrupted one.
   */
  feed(at: StepPosition): Promise<Inputs>;
  /** The row of an epoch for the curves. */
  readonly endOfEpoch: (ended: EpochEnd<Row>) => Promise<Row>;
}

export interface EpochEnd<Row> {
  readonly epoch: number;
  /** The means of the step's outputs over the epoch. */
  readonly means: Readonly<Record<string, number>>;
  /** The rows of the earlier epochs. */
  readonly rows: readonly Row[];
  /** Reads the model as it is now. */
  readonly model: () => Promise<HostModel>;
}

export interface StepPosition {
  /** Counts from 1. */
  readonly epoch: number;
  /** Within the epoch, from 0. */
  readonly index: number;
  /** Over all epochs, from 0. */
  readonly step: number;
}

interface Trained<Row> {
  readonly rows: readonly Row[];
  /** After the last epoch. */
  readonly last: HostModel;
}

/** The progress of training. Together with the tensors, it is the whole checkpoint. */
interface Progress<Row> {
  /** Steps done. */
  step: number;
  /** Sums of the outputs over the steps done of the current epoch. */
  sums: Record<string, number>;
  rows: Row[];
}

/**
 * The share of time for checkpoints. Checkpoints of a large model are rare, and a small model loses at most one second
 * of work.
 */
const SHARE_FOR_CHECKPOINTS = 0.01;
/** The assumed cost of the first checkpoint. */
const FIRST_CHECKPOINT_MS = 10;

/**
 * Trains to the last epoch, from the checkpoint if there is one. A kill costs the work after the last checkpoint. An
 * abort costs nothing: it writes a checkpoint and throws the signal's reason. Throws TrainingError when an output is no
 * longer finite.
 */
export async function train<Inputs, Row extends Json>(
  training: Training<Inputs, Row>,
  watch: TrainingContext,
  shareForCheckpoints = SHARE_FOR_CHECKPOINTS,
): Promise<Trained<Row>> {
  const { epochs, stepsPerEpoch, imagesPerStep, step, engine } = training;
  const total = epochs * stepsPerEpoch;
  const progress = await resume<Row>(step, engine, watch);
  progress.rows.forEach((row, index) => {
    tellRow(row, index + 1, watch);
  });
  const readModel = async (): Promise<HostModel> => modelOf(await step.readState());
  const save = async (): Promise<void> => {
    await writeCheckpoint(watch.checkpoint, {
      tensors: { state: await step.readState() },
      progress: { ...progress, engine },
    });
  };

  let saved = { at: performance.now(), cost: FIRST_CHECKPOINT_MS };
  let next = progress.step < total ? training.feed(position(progress.step, stepsPerEpoch)) : null;
  while (next !== null) {
    // An engine may compute on this thread, with a small data set in memory. Without this pause, the signal to stop and
    // the messages of progress would never be handled.
    await others();
    if (watch.signal.aborted) {
      await save();
      watch.signal.throwIfAborted();
    }
    const at = position(progress.step, stepsPerEpoch);
    const inputs = await next;
    // The next batch is read while this one is computed.
    next = progress.step + 1 < total ? training.feed(position(progress.step + 1, stepsPerEpoch)) : null;
    const outputs = await step.run(inputs);
    add(progress.sums, outputs, at);
    progress.step++;

    if (at.index === stepsPerEpoch - 1) {
      const row = await endEpoch(training, at.epoch, progress, readModel);
      tellRow(row, at.epoch, watch);
    }
    watch.progress({
      done: progress.step * imagesPerStep,
      total: total * imagesPerStep,
      unit: 'images',
      note: `epoch ${at.epoch}/${epochs}`,
    });
    const now = performance.now();
    if (shareForCheckpoints * (now - saved.at) >= saved.cost) {
      await save();
      saved = { at: performance.now(), cost: performance.now() - now };
    }
  }
  return { rows: progress.rows, last: await readModel() };
}

/** Adds the row of the epoch and returns it, and starts new sums. */
async function endEpoch<Inputs, Row extends Json>(
  { stepsPerEpoch, endOfEpoch }: Training<Inputs, Row>,
  epoch: number,
  progress: Progress<Row>,
  readModel: () => Promise<HostModel>,
): Promise<Row> {
  const means = Object.fromEntries(Object.entries(progress.sums).map(([name, sum]) => [name, sum / stepsPerEpoch]));
  const row = await endOfEpoch({ epoch, means, rows: progress.rows, model: readModel });
  progress.rows.push(row);
  progress.sums = {};
  return row;
}

/** Reports each number of a row as a metric over epochs, by its place in the row: `loss`, `validation/loss`. */
function tellRow(row: Json, epoch: number, watch: TrainingContext): void {
  for (const [name, value] of numbersIn(row)) if (name !== 'epoch') watch.metric(name, value, epoch);
}

function numbersIn(value: Json, place = ''): readonly (readonly [string, number])[] {
  if (typeof value === 'number') return [[place, value]];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => numbersIn(inner, place === '' ? name : `${place}/${name}`));
}

async function resume<Row>(
  step: CompiledTrainingStep<never>,
  engine: Engine['description'],
  watch: TrainingContext,
): Promise<Progress<Row>> {
  const checkpoint = await readCheckpoint(watch.checkpoint);
  if (checkpoint === null) return { step: 0, sums: {}, rows: [] };
  const { state } = checkpoint.tensors as unknown as { state: Tree<HostTensor> };
  await step.writeState(state);
  const { engine: before, ...progress } = checkpoint.progress as unknown as Progress<Row> &
    Pick<Training<never, never>, 'engine'>;
  if (canonicalJson(before) !== canonicalJson(engine)) {
    watch.record({ begunOn: describeEngine(before) });
    watch.warn(
      `The training was begun on ${describeEngine(before)}, and goes on with ${describeEngine(engine)}. Its last ` +
        'digits will not be those of a training on one engine.',
    );
  }
  return progress;
}

/** For example `onnxruntime (version 1.30.0, device cpu, threads 2)`. */
function describeEngine({ engine, ...facts }: Engine['description']): string {
  const named = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return `${engine ?? 'an unknown engine'} (${named.join(', ')})`;
}

function position(step: number, stepsPerEpoch: number): StepPosition {
  return { epoch: Math.floor(step / stepsPerEpoch) + 1, index: step % stepsPerEpoch, step };
}

function modelOf(state: Tree<HostTensor>): HostModel {
  const { params, stats } = state as unknown as HostModel;
  return { params, stats };
}

function add(
  sums: Record<string, number>,
  outputs: Readonly<Record<string, HostTensor>>,
  { epoch, index }: StepPosition,
): void {
  for (const [name, { data }] of Object.entries(outputs)) {
    const value = at(data, 0);
    if (!Number.isFinite(value)) {
      throw new TrainingError(
        `The ${name} became ${value} in epoch ${epoch}, step ${index + 1}. A lower learning rate ("learningRate") ` +
          'or a longer warm-up helps.',
      );
    }
    sums[name] = (sums[name] ?? 0) + value;
  }
}
