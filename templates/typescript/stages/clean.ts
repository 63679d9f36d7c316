/** Copies a table without the rows whose value is too high. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Stage } from 'pretext/stage';

export default async function clean(stage: Stage): Promise<void> {
  const [header, ...rows] = (await readFile(stage.input('table'), 'utf8')).trim().split('\n');
  const plausible = rows.filter((row) => Number(row.split(',')[2]) <= Number(stage.params.highest));
  if (plausible.length < rows.length)
    stage.warn(`dropped ${rows.length - plausible.length} of ${rows.length} measurements`);
  await writeFile(stage.output('table'), [header, ...plausible, ''].join('\n'));
}
