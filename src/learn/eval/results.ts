/** `results.csv`: the metrics of every seed as one long table, for other tools to plot and pivot. */
import { writeFile } from 'node:fs/promises';
import { csvFormat } from 'd3-dsv';
import { SUBSETS } from '../../formats/subset.ts';
import type { Evaluation } from '../../formats/evaluation.ts';

/** A metric that is not defined is an empty cell. */
export async function writeResults(path: string, { dataset, metrics, models }: Evaluation): Promise<void> {
  const rows = models.flatMap(({ model, seeds }) =>
    seeds.flatMap((run) =>
      SUBSETS.flatMap((subset) =>
        metrics.map((metric) => ({ dataset, model, seed: run.seed, subset, metric, value: run[subset][metric] ?? '' })),
      ),
    ),
  );
  await writeFile(path, `${csvFormat(rows, ['dataset', 'model', 'seed', 'subset', 'metric', 'value'])}\n`);
}
