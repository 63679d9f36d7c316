import { readFinetuneCurves, readPretrainCurves, readSupervisedCurves } from '../../formats/curves.ts';
import type { FineTuning, PreTraining, TransferTraining } from '../study.ts';

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

/** `curves.json` of the training of the transfer start; null without a path. */
export async function readTransferTraining(path: string | null, name: string): Promise<TransferTraining | null> {
  if (path === null) return null;
  const { epochs } = await readSupervisedCurves(path);
  return { name, auc: epochs.at(-1)?.validation.auc ?? null };
}
