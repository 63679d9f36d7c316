/** A reporting checklist, filled as far as evidence goes; what is not there is counted as not there. */
import { CHECKLIST, type ItemAnswer } from './checklist-items.ts';
import { LEFT_TO_THE_MANUSCRIPT, type Asked } from './guidelines.ts';
import { inert, table } from './markdown.ts';
import { sectionsOf } from './sections.ts';
import type { Study } from './study.ts';

const STATES: Readonly<Record<ItemAnswer['state'], string>> = {
  evidence: 'in the report',
  stated: 'stated by the authors',
  none: 'not done',
  missing: 'MISSING',
};

export function renderChecklist(study: Study): string {
  const answers = CHECKLIST.map((item) => ({ item, answer: item.answer(study) }));
  const count = (state: ItemAnswer['state']) => answers.filter(({ answer }) => answer.state === state).length;
  const shown = new Set(sectionsOf(study).map(({ id }) => id));
  return `${[
    `# Reporting checklist: ${inert(study.title)}`,
    'The items of CLAIM (2024 update), TRIPOD+AI, STARD-AI and METRICS, by their numbers there and in our words, which ' +
      'are shorter: compare with the published lists before you submit.',
    `${answers.length} items: ${count('evidence')} answered by the report, ${count('stated')} stated by the ` +
      `authors, ${count('none')} not done, ${count('missing')} missing.`,
    table(
      ['item', 'CLAIM', 'TRIPOD+AI', 'STARD-AI', 'METRICS', 'state', 'where, or why not'],
      answers.map(({ item, answer }) => [
        item.subject,
        item.claim.join(', '),
        item.tripod.join(', '),
        item.stard.join(', '),
        item.metrics.join(', '),
        STATES[answer.state],
        whereOf(answer, shown),
      ]),
      [0, 1, 2, 3, 4, 5, 6],
    ),
    `Not counted, because only the manuscript answers them: ${LEFT_TO_THE_MANUSCRIPT.map(withNumbers).join('; ')}.`,
  ].join('\n\n')}\n`;
}

function withNumbers({ subject, claim, tripod, stard, metrics }: Asked): string {
  const numbers = [
    ['CLAIM', claim],
    ['TRIPOD+AI', tripod],
    ['STARD-AI', stard],
    ['METRICS', metrics],
  ] as const;
  return `${subject} (${numbers
    .filter(([, items]) => items.length > 0)
    .map(([name, items]) => `${name} ${items.join(', ')}`)
    .join('; ')})`;
}

function whereOf(answer: ItemAnswer, shown: ReadonlySet<string>): string {
  switch (answer.state) {
    case 'evidence':
      if (!shown.has(answer.section))
        throw new Error(
          `Internal error: the checklist points to the section "${answer.section}", which is not on the page.`,
        );
      return `[${answer.section}](index.html#${answer.section}): ${inert(answer.text)}`;
    case 'stated':
      return inert(answer.text);
    case 'none':
      return answer.why;
    case 'missing':
      return `set \`authorStatements.${answer.subject}\` of the report stage`;
  }
}
