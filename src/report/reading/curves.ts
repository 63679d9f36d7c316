import { readFinetuneCurves, readPretrainCurves } from '../../formats/curves.ts';
import type { FineTuning, PreTraining } from '../study.ts';

/** `curves.json` of fine-tuning. */
export async function readFineTuning(
  path: string,
  { model, seed }: Pick<FineTuning, 'model' | 'seed'>,
): Promise<FineTuning> {
  const { epochs } = await readFinetuneCurves(path);
  return { model, seed, epochs };
}

/** `curves.json` of pre-training. */
export async function readPreTraining(path: string, start: string, seed: number): Promise<PreTraining> {
  const { method, width, epochs } = await readPretrainCurves(path);
  return { start, seed, method, width, epochs };
}
