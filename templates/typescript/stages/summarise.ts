/** Counts and averages the measurements of one site. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Stage } from 'pretext/stage';

export default async function summarise(stage: Stage): Promise<void> {
  const rows = (await readFile(stage.input('table'), 'utf8'))
    .trim()
    .split('\n')
    .map((row) => row.split(','));
  const values = rows.filter(([site]) => site === stage.axes.site).map(([, , value]) => Number(value));
  if (values.length === 0) throw new Error(`There is no measurement of ${stage.axes.site}.`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  await writeFile(
    stage.output('summary'),
    JSON.stringify({ site: stage.axes.site, count: values.length, mean: Number(mean.toFixed(2)) }),
  );
}
