/** Counts and averages the measurements of one site. */
import { readFile, writeFile } from 'node:fs/promises';
import { defineStage, input, output } from 'pretext-study/stage';

export default defineStage({
  inputs: { table: input },
  outputs: { summary: output },
  run: async ({ inputs, outputs, stage }) => {
    const { site } = stage.axes;
    const rows = (await readFile(inputs.table, 'utf8'))
      .trim()
      .split('\n')
      .map((row) => row.split(','));
    const values = rows.filter(([place]) => place === site).map(([, , value]) => Number(value));
    if (values.length === 0) throw new Error(`There is no measurement of ${site}.`);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    await writeFile(outputs.summary, JSON.stringify({ site, count: values.length, mean: Number(mean.toFixed(2)) }));
  },
});
