/** Made-up executions of a study, for tests. */
import type { Execution } from './study.ts';

export const SEEDS = [0, 1, 2];
const MODELS = ['M1', 'M2', 'M3', 'M4'] as const;

/** The executions of the paper's four models on each data set. */
export function executionsFixture(datasets: readonly string[]): Execution[] {
  const execution = (
    stage: string,
    axes: string,
    reads: readonly string[],
    seconds: number,
    params: Execution['params'] = {},
  ): Execution => {
    const id = axes === '' ? stage : `${stage}:${axes}`;
    const digest = Buffer.from(id.repeat(8)).toString('hex').slice(0, 64);
    return {
      id,
      stage,
      fingerprint: digest,
      code: digest.slice(32) + digest.slice(0, 32),
      params,
      reads,
      notes: { engine: 'onnxruntime 1.30.0', threads: 2 },
      seconds,
      peakMemoryBytes: 300 * 2 ** 20,
      audit: stage === 'evaluate' ? { verdict: 'identical', tolerance: 1e-6 } : null,
    };
  };
  return datasets.flatMap((name) => {
    const of = (stage: string, more = '') => `${stage}:dataset=${name}${more}`;
    const starts = ['random', 'transfer'];
    return [
      execution('fractal', `dataset=${name}`, [], 1.2),
      execution('transfer', `dataset=${name}`, [of('fractal')], 31, { network: 'resnet-small', epochs: 10 }),
      execution('phantom', `dataset=${name}`, [], 2.1, { images: 900 }),
      execution('ingest', `dataset=${name}`, [of('phantom')], 3.4, { size: 32 }),
      execution('split', `dataset=${name}`, [of('ingest')], 0.4, { policy: 'grouped', seed: 0 }),
      ...starts.map((start) =>
        execution(
          'pretrain',
          `dataset=${name},start=${start}`,
          [of('ingest'), of('split'), ...(start === 'random' ? [] : [of('transfer')])],
          48,
          { network: 'resnet-small', epochs: 20, temperature: 0.5, optimizer: { name: 'sgd', momentum: 0.9 } },
        ),
      ),
      ...MODELS.flatMap((model) =>
        SEEDS.map((seed) => {
          const start = {
            M1: [],
            M2: [of('pretrain', ',start=random')],
            M3: [of('transfer')],
            M4: [of('pretrain', ',start=transfer')],
          }[model];
          return execution(
            'finetune',
            `dataset=${name},model=${model},seed=${seed}`,
            [of('ingest'), of('split'), ...start],
            14,
            { network: 'resnet-small', epochs: 15, batch: 64, seed },
          );
        }),
      ),
      execution(
        'evaluate',
        `dataset=${name}`,
        [
          of('ingest'),
          ...MODELS.flatMap((model) => SEEDS.map((seed) => of('finetune', `,model=${model},seed=${seed}`))),
        ],
        1.1,
        { resamples: 2000 },
      ),
    ];
  });
}
