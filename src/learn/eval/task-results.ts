/** `results.csv` of masks and boxes: the metrics of every seed as one long table, for other tools to plot and pivot. */
import { writeFile } from 'node:fs/promises';
import { csvFormat } from 'd3-dsv';
import type { SegmentationEvaluation } from '../../formats/segmentation-evaluation.ts';

type Seeds = readonly Pick<SegmentationEvaluation['models'][number]['seeds'][number], 'seed' | 'validation' | 'test'>[];

interface Evaluated extends Pick<SegmentationEvaluation, 'dataset' | 'metrics'> {
  readonly models: readonly { readonly model: string; readonly seeds: Seeds }[];
}

/** A metric that is not defined is an empty cell. */
export async function writeTaskResults(path: string, { dataset, metrics, models }: Evaluated): Promise<void> {
  const rows = models.flatMap(({ model, seeds }) =>
    seeds.flatMap((run) =>
      (['validation', 'test'] as const).flatMap((subset) =>
        metrics.map((metric) => ({ dataset, model, seed: run.seed, subset, metric, value: run[subset][metric] ?? '' })),
      ),
    ),
  );
  await writeFile(path, `${csvFormat(rows, ['dataset', 'model', 'seed', 'subset', 'metric', 'value'])}\n`);
}
