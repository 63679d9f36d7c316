import { readFinetuneCurves, readPretrainCurves } from '../../formats/curves.ts';
import type { FineTuning, PreTraining } from '../study.ts';

/** `curves.json` of fine-tuning. */
export async function readFineTuning(
  path: string,
  { model, seed }: Pick<FineTuning, 'model' | 'seed'>,
): Promise<FineTuning> {
  const { best, epochs } = await readFinetuneCurves(path);
  return { model, seed, best, epochs };
}

/** `curves.json` of pre-training. */
export async function readPreTraining(path: string, start: string): Promise<PreTraining> {
  const { method, width, epochs } = await readPretrainCurves(path);
  return { start, method, width, epochs };
}
