/** The Stage object of a job. */
import type { JsonObject } from '../util/json.ts';
import type { Gathered, Stage } from './stage.ts';
import type { Job, Message } from './protocol.ts';
import { field } from '../util/known.ts';

/** At most ten messages of progress a second; the last one always arrives. */
const PROGRESS_INTERVAL_MS = 100;

type Progress = Extract<Message, { type: 'progress' }>;

export function createStage(
  job: Job,
  send: (message: Message) => void,
  signal: AbortSignal,
): { stage: Stage; flush: () => void } {
  let held: Progress | undefined;
  let pause: NodeJS.Timeout | undefined;
  /** Sends the held message, and then holds back the next one for a while. */
  const flush = (): void => {
    clearTimeout(pause);
    pause = held && setTimeout(flush, PROGRESS_INTERVAL_MS).unref();
    if (held) send(held);
    held = undefined;
  };
  const stage: Stage = {
    id: job.id,
    axes: job.axes,
    params: job.params,
    inputs: job.inputs,
    outputs: job.outputs,
    checkpoint: job.checkpoint,
    resources: job.resources,
    lineage: job.lineage,
    privateInputs: job.privateInputs ?? [],
    signal,
    input(name) {
      const value = declared('input', job.inputs, name, job.id);
      if (typeof value === 'string') return value;
      throw new TypeError(
        `${job.id}: input "${name}" is ${value === null ? 'null' : 'gathered'}, not one file or folder.`,
      );
    },
    gathered(name) {
      const value = declared('input', job.inputs, name, job.id);
      if (Array.isArray(value)) return value as Gathered;
      throw new TypeError(`${job.id}: input "${name}" is not gathered; gather it in the pipeline file.`);
    },
    output: (name) => declared('output', job.outputs, name, job.id),
    progress(state) {
      held = { type: 'progress', ...state };
      if (pause === undefined) flush();
    },
    metric: (name, value, step) => {
      send({ type: 'metric', name, value, ...(step === undefined ? {} : { step }), time: Date.now() });
    },
    warn: (message) => {
      send({ type: 'warning', message });
    },
    record: (notes: JsonObject) => {
      send({ type: 'record', notes });
    },
  };
  return { stage, flush };
}

function declared<T>(what: 'input' | 'output', all: Readonly<Record<string, T>>, name: string, id: string): T {
  if (name in all) return field(all, name);
  throw new TypeError(
    `${id} has no ${what} "${name}". The pipeline declares: ${Object.keys(all).join(', ') || 'none'}.`,
  );
}
