import { Type } from '@sinclair/typebox';
import type { FineTuning, PreTraining } from '../study.ts';
import { readJson } from './json.ts';

/** JSON has no NaN: undefined values are null. */
const Defined = Type.Union([Type.Number(), Type.Null()]);
const Epoch = Type.Integer({ minimum: 0 });

const FineTuningCurves = Type.Object({
  kind: Type.Literal('finetune'),
  best: Epoch,
  epochs: Type.Array(
    Type.Object({
      epoch: Epoch,
      train: Type.Object({ loss: Defined, accuracy: Defined }),
      validation: Type.Object({ loss: Defined, accuracy: Defined, auc: Defined }),
    }),
  ),
});

const PreTrainingCurves = Type.Object({
  kind: Type.Literal('pretrain'),
  method: Type.String(),
  /** Dimensions of the method's embeddings, whose spread is watched. */
  width: Type.Integer({ minimum: 1 }),
  epochs: Type.Array(Type.Object({ epoch: Epoch, loss: Defined, embeddingStd: Defined, knn: Defined })),
});

/** `curves.json` of fine-tuning. */
export async function readFineTuning(
  path: string,
  { model, seed }: Pick<FineTuning, 'model' | 'seed'>,
): Promise<FineTuning> {
  const { best, epochs } = await readJson(FineTuningCurves, path);
  return { model, seed, best, epochs };
}

/** `curves.json` of pre-training. */
export async function readPreTraining(path: string, start: string): Promise<PreTraining> {
  const { method, width, epochs } = await readJson(PreTrainingCurves, path);
  return { start, method, embedding: width, epochs };
}
