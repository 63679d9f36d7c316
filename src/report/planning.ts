/** The size and the cost of a study that tells a small difference. */
import type { Results } from '../formats/results.ts';
import { fixed, listed, whole } from './format.ts';
import { metricWords } from './metric.ts';
import type { DatasetResults, Execution } from './study.ts';

type Planning = Results['datasets'][number]['planning'];

export function planningOf(
  { name, evaluation: { planning, seeds } }: DatasetResults,
  metric: string,
  provenance: readonly Execution[],
): Planning {
  const secondsPerSeed = secondsOfSeeds(name, provenance) / seeds.length;
  return {
    metric,
    delta: planning.delta,
    hoursPerSeed: Number((secondsPerSeed / 3600).toPrecision(3)),
    contrasts: planning.contrasts.flatMap(({ model, against, metrics }) => {
      const plan = metrics[metric];
      if (plan === undefined) return [];
      const hours = plan.seeds === null ? null : Number(((plan.seeds * secondsPerSeed) / 3600).toPrecision(3));
      return [{ model, against, ...plan, hours }];
    }),
  };
}

/** One sentence for each declared difference. */
export function planningSentences({ metric, delta, contrasts }: Planning): string[] {
  const { name, digits } = metricWords(metric);
  return contrasts.map(({ model, against, detectable, seeds, groups, hours }) => {
    const ways = [
      ...(seeds === null ? [] : [`about ${whole(seeds)} seeds${hours === null ? '' : ` (${hoursText(hours)} here)`}`]),
      ...(groups === null ? [] : [`about ${whole(groups)} test groups (patients or lesions)`]),
    ];
    const lead = `${model} − ${against}: this study tells a difference in ${name} of ${fixed(detectable, digits)}.`;
    const target = `To tell ${fixed(delta, digits)}, you need`;
    if (ways.length === 0) return `${lead} ${target} both more seeds and more test groups.`;
    const only =
      seeds === null ? '; no number of seeds is enough' : groups === null ? '; no number of groups is enough' : '';
    return `${lead} ${target} ${listed(ways).replace(' and ', ', or ')}${only}.`;
  });
}

function hoursText(hours: number): string {
  return hours < 0.1
    ? `${Math.max(1, Math.round(60 * hours))} min`
    : `${hours < 10 ? hours.toFixed(1) : Math.round(hours)} h`;
}

/** The time of all executions that have the axis `seed`, of this data set or of a pipeline without that axis. */
function secondsOfSeeds(dataset: string, provenance: readonly Execution[]): number {
  return provenance
    .filter(({ id }) => {
      const axes = id.slice(id.indexOf(':') + 1).split(',');
      const ofOther = axes.some((axis) => axis.startsWith('dataset=') && axis !== `dataset=${dataset}`);
      return !ofOther && axes.some((axis) => axis.startsWith('seed='));
    })
    .reduce((sum, { seconds }) => sum + seconds, 0);
}
