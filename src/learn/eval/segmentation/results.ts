/** `results.csv` of masks: the metrics of every seed as one long table, for other tools to plot and pivot. */
import { writeFile } from 'node:fs/promises';
import { csvFormat } from 'd3-dsv';
import type { SegmentationEvaluation } from '../../../formats/segmentation-evaluation.ts';

/** A metric that is not defined is an empty cell. */
export async function writeMaskResults(
  path: string,
  { dataset, metrics, models }: Pick<SegmentationEvaluation, 'dataset' | 'metrics' | 'models'>,
): Promise<void> {
  const rows = models.flatMap(({ model, seeds }) =>
    seeds.flatMap((run) =>
      (['validation', 'test'] as const).flatMap((subset) =>
        metrics.map((metric) => ({ dataset, model, seed: run.seed, subset, metric, value: run[subset][metric] ?? '' })),
      ),
    ),
  );
  await writeFile(path, `${csvFormat(rows, ['dataset', 'model', 'seed', 'subset', 'metric', 'value'])}\n`);
}
