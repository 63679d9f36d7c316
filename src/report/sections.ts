/** The sections of the page, in order. An empty section is left out, also of the list of contents. */
import type { JSX } from 'preact';
import { Answer } from './section/answer.tsx';
import { Audit, hasAudit } from './section/audit.tsx';
import { Calibration } from './section/calibration.tsx';
import { Confusion } from './section/confusion.tsx';
import { Curves } from './section/curves.tsx';
import { Discrimination } from './section/discrimination.tsx';
import { Embeddings } from './section/embeddings.tsx';
import { Labels } from './section/labels.tsx';
import { Pairs } from './section/pairs.tsx';
import { Provenance } from './section/provenance.tsx';
import { Results } from './section/results.tsx';
import { Setting } from './section/setting.tsx';
import type { DatasetResults, Study } from './study.ts';

export interface PageSection {
  readonly id: string;
  /** In the list of contents. */
  readonly title: string;
  readonly Content: (props: { readonly study: Study }) => JSX.Element;
}

/**
 * `shown` is true if at least one data set has content for the section; without `shown`, the section is always there.
 */
const SECTIONS: readonly (PageSection & { readonly shown?: (dataset: DatasetResults) => boolean })[] = [
  { id: 'answer', title: 'Answer', Content: Answer },
  { id: 'setting', title: 'Setting', Content: Setting },
  { id: 'results', title: 'Results', Content: Results },
  {
    id: 'curves',
    title: 'Learning curves',
    Content: Curves,
    shown: ({ fineTuning, preTraining }) => fineTuning.length + preTraining.length > 0,
  },
  { id: 'pairs', title: 'Augmented pairs', Content: Pairs, shown: ({ pairs }) => pairs.length > 0 },
  { id: 'calibration', title: 'Calibration', Content: Calibration },
  {
    id: 'discrimination',
    title: 'ROC and precision',
    Content: Discrimination,
    shown: ({ evaluation }) => evaluation.models.some(({ curves }) => curves.length > 0),
  },
  {
    id: 'labels',
    title: 'Fewer labels',
    Content: Labels,
    shown: ({ evaluation }) => evaluation.labelFractions.length > 0,
  },
  { id: 'confusion', title: 'Mistakes', Content: Confusion },
  { id: 'embeddings', title: 'Features', Content: Embeddings, shown: ({ explanations }) => explanations.length > 0 },
  { id: 'audit', title: 'Leaks', Content: Audit, shown: hasAudit },
  { id: 'provenance', title: 'Provenance', Content: Provenance },
];

export function sectionsOf({ datasets }: Study): readonly PageSection[] {
  return SECTIONS.filter(({ shown }) => shown === undefined || datasets.some(shown));
}

/** The sections that this pipeline has no data for, in words for the reader. */
export function absentSections({ datasets }: Study): readonly string[] {
  return SECTIONS.filter(({ shown }) => shown !== undefined && !datasets.some(shown)).map(({ title }) => title);
}
