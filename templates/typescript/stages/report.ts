/** Puts the summaries of all sites into one table. */
import { readFile, writeFile } from 'node:fs/promises';
import { defineStage, gathered, output, Type } from 'pretext-study/stage';

interface Summary {
  readonly site: string;
  readonly count: number;
  readonly mean: number;
}

export default defineStage({
  inputs: {
    /** One summary for each site. */
    summaries: gathered({ site: Type.String() }),
  },
  outputs: { page: output },
  run: async ({ inputs, outputs }) => {
    const lines = ['| site | count | mean |', '| --- | ---: | ---: |'];
    for (const { path } of inputs.summaries) {
      const { site, count, mean } = JSON.parse(await readFile(path, 'utf8')) as Summary;
      lines.push(`| ${site} | ${count} | ${mean.toFixed(2)} |`);
    }
    await writeFile(outputs.page, `${lines.join('\n')}\n`);
  },
});
