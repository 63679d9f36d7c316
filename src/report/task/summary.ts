/** The line below the title. */
import { counted, listed } from '../format.ts';
import type { TaskDataset, TaskStudy } from './study.ts';

/** `answers`: masks, boxes. */
export function summaryOf({ datasets }: TaskStudy<TaskDataset>, answers: string): string {
  const seeds = [...new Set(datasets.map(({ evaluation }) => evaluation.seeds.length))];
  return (
    `${counted(datasets[0]?.evaluation.models.length ?? 0, 'starting point')} compared by ${answers} on ` +
    `${listed(datasets.map(({ title }) => title))}, ${listed(seeds.map((count) => counted(count, 'seed')))} each.`
  );
}
