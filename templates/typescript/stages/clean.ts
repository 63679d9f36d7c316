/** Copies a table without the rows whose value is too high. */
import { readFile, writeFile } from 'node:fs/promises';
import { defineStage, input, output, Type } from 'pretext-study/stage';

export default defineStage({
  inputs: {
    /** CSV with the columns site, day and value. */
    table: input,
  },
  params: Type.Object({
    highest: Type.Number(),
  }),
  outputs: { table: output },
  run: async ({ inputs, params, outputs, stage }) => {
    const [header, ...rows] = (await readFile(inputs.table, 'utf8')).trim().split('\n');
    const plausible = rows.filter((row) => Number(row.split(',')[2]) <= params.highest);
    if (plausible.length < rows.length)
      stage.warn(`dropped ${rows.length - plausible.length} of ${rows.length} measurements`);
    await writeFile(outputs.table, [header, ...plausible, ''].join('\n'));
  },
});
