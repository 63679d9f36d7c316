/** Puts the summaries of all sites into one table. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Stage } from 'pretext/stage';

interface Summary {
  readonly site: string;
  readonly count: number;
  readonly mean: number;
}

export default async function report(stage: Stage): Promise<void> {
  const lines = ['| site | count | mean |', '| --- | ---: | ---: |'];
  for (const { path } of stage.gathered('summaries')) {
    const { site, count, mean } = JSON.parse(await readFile(path, 'utf8')) as Summary;
    lines.push(`| ${site} | ${count} | ${mean.toFixed(2)} |`);
  }
  await writeFile(stage.output('page'), `${lines.join('\n')}\n`);
}
