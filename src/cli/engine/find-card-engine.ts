/** Finds an engine that computes on the GPUs of this machine, by trying it on one in a separate process. */
import { execa } from 'execa';
import { busyGpus } from '../../runner/resources/busy-gpus.ts';
import type { CardEngine } from '../../runner/resources/card-engine.ts';
import type { Gpu } from '../../runner/resources/gpu.ts';
import { GRANTED_GPUS } from '../../util/granted-gpus.ts';
import type { Opened } from './opens-here.ts';
import { at } from '../../util/known.ts';

/** Loading CUDA's libraries from a slow disk takes a while. */
const TIMEOUT_MS = 120_000;

/** A cache for commands that watch and ask repeatedly. */
const answers = new Map<string, Promise<CardEngine>>();

export function findCardEngine(gpus: readonly Gpu[]): Promise<CardEngine> {
  const key = gpus.map(({ uuid }) => uuid).join();
  const known = answers.get(key);
  if (known !== undefined) return known;
  const answer = look(gpus);
  answers.set(key, answer);
  // A look that failed is no answer: the next question looks again.
  answer.catch(() => answers.delete(key));
  return answer;
}

async function look(gpus: readonly Gpu[]): Promise<CardEngine> {
  const { findEngineForGpus } = await import('../../tensor/engine-for-gpus.ts');
  const engine = findEngineForGpus();
  const models = [...new Set(gpus.map(({ name }) => name))].join(', ');
  if (engine === undefined)
    return {
      kind: 'unusable',
      reason: `There is a GPU (${models}) and no engine for it`,
      remedy: 'Add one: pipeline engine add xla',
    };
  const busy = await busyGpus(gpus);
  const free = gpus.find(({ uuid }) => !busy.has(uuid));
  // If every GPU is busy, none is disturbed. The stage that gets a GPU opens the engine and reports its errors.
  if (free === undefined) return { kind: 'usable', engine };
  const refusal = await tryOn(free, engine);
  return refusal === undefined
    ? { kind: 'usable', engine }
    : {
        kind: 'unusable',
        reason: `The engine "${engine}" cannot use the GPU (${models}; ${refusal})`,
        remedy: `This shows more: pipeline engine check ${engine}`,
      };
}

/** Undefined if the engine opens on that GPU; else the reason of the failure. */
async function tryOn({ uuid }: Gpu, engine: string): Promise<string | undefined> {
  const child = await execa(process.execPath, [at(process.argv, 1), 'engine', 'check', engine, '--open'], {
    reject: false,
    timeout: TIMEOUT_MS,
    env: { CUDA_VISIBLE_DEVICES: uuid, [GRANTED_GPUS]: '1' },
  });
  if (child.timedOut) return `it did not start within ${TIMEOUT_MS / 1000} seconds`;
  const answer = answerIn(child.stdout);
  if (answer?.opened) return undefined;
  return answer?.error ?? `its process ${child.signal === undefined ? 'failed' : `was ended by ${child.signal}`}`;
}

/** Libraries may print before it. */
function answerIn(stdout: string): Opened | undefined {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Opened;
  } catch {
    return undefined;
  }
}
