/** Every loss and its gradient against lightly and PyTorch (scripts/golden/ssl_losses.py). */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import '@tensorflow/tfjs-backend-cpu';
import { stopGradient, valueAndGrads } from '../../tensor/index.ts';
import { byolLoss } from './byol.ts';
import { infoNce } from './moco.ts';
import { ntXent } from './simclr.ts';
import { negativeCosineSimilarity } from './simsiam.ts';
import { sinkhorn } from './sinkhorn.ts';
import { supConLoss } from './supcon.ts';
import { computeCodes, swappedPrediction } from './swav.ts';
import { numberOf, tensor } from './rows.test-support.ts';
import { l2Normalize } from './l2-normalize.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

interface Case {
  readonly name: string;
  readonly temperature: number;
  readonly epsilon: number;
  readonly labels: number[];
  readonly inputs: Readonly<Record<string, number[][]>>;
  readonly value: number;
  readonly gradients: Readonly<Record<string, number[][]>>;
}
const golden = JSON.parse(readFileSync(new URL('golden/losses.json', import.meta.url), 'utf8')) as {
  losses: Case[];
  sinkhorn: { epsilon: number; scores: number[][]; codes: number[][] }[];
};

type Inputs = Readonly<Record<string, tf.Tensor2D>>;
const LOSSES: Readonly<Record<string, (inputs: Inputs, settings: Case) => tf.Scalar>> = {
  simclr: ({ first, second }, { temperature }) => ntXent(l2Normalize(tf.concat([first!, second!])), temperature),
  simsiam: ({ predicted, wanted }) => negativeCosineSimilarity(predicted!, wanted!),
  moco: ({ queries, keys, queue }, { temperature }) =>
    infoNce(l2Normalize(queries!), l2Normalize(keys!), queue!, temperature),
  supcon: ({ embeddings }, { temperature, labels }) =>
    supConLoss(l2Normalize(embeddings!), tf.tensor1d([...labels, ...labels], 'int32'), temperature),
  swav: (inputs, { temperature, epsilon }) => {
    const crops = Object.keys(inputs)
      .filter((name) => name.startsWith('crop'))
      .map((name) => inputs[name]!);
    const codes = [0, 1].map((i) =>
      stopGradient(computeCodes(crops[i]!, inputs[`queue${i}`] ?? null, tf.scalar(1), epsilon)),
    );
    return swappedPrediction(crops, codes, temperature);
  },
};

test.each(golden.losses.map((found) => [found.name, found] as const))(
  '%s has the value and the gradients of lightly and PyTorch',
  (name, settings) => {
    const constants = Object.fromEntries(Object.entries(settings.inputs).map(([input, rows]) => [input, tensor(rows)]));
    const moved = Object.fromEntries(Object.keys(settings.gradients).map((input) => [input, constants[input]!]));
    const { value, gradients } = valueAndGrads(
      (inputs) => ({ value: LOSSES[name]!({ ...constants, ...(inputs as Inputs) }, settings), aux: {} }),
      moved,
    );
    expect(numberOf(value)).toBeCloseTo(settings.value, 4);
    for (const [input, wanted] of Object.entries(settings.gradients)) {
      const found = gradients[input]!.dataSync();
      wanted.flat().forEach((slope, i) => {
        expect(found[i], `${input}, entry ${i}`).toBeCloseTo(slope, 4);
      });
    }
  },
);

test("BYOL's loss is lightly's cosine loss, scaled: 2 + 2 L", () => {
  const { inputs, value } = golden.losses.find(({ name }) => name === 'simsiam')!;
  expect(numberOf(byolLoss(tensor(inputs.predicted!), tensor(inputs.wanted!)))).toBeCloseTo(2 + 2 * value, 5);
});

test.each(golden.sinkhorn)(
  'assignments are those of the reference at epsilon $epsilon',
  ({ epsilon, scores, codes }) => {
    const found = sinkhorn(tensor(scores), epsilon, tf.ones([scores.length])).dataSync();
    codes.flat().forEach((share, i) => {
      expect(found[i]).toBeCloseTo(share, 5);
    });
  },
);
